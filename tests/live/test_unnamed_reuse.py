"""prepared_statements.reuse_unnamed: unnamed statements with a text seen before run as prepared ones that all clients share."""

import pytest

from conftest import default_config, make_target
from support import differential
from support.messages import (
    FLUSH, SYNC, bind, close_statement, describe_portal, describe_statement, execute, extended, int32, parse, query,
)
from support.moving import TwoServers

POOL = {"prepared_statements": {"reuse_unnamed": True}}
JOIN = "select c.relname, $1::int from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = 'pg_class'"


def run(values=()):
    return bind("", "", values) + execute()


def exchange(text, values=(), types=()):
    return parse("", text, types) + bind("", "", values) + describe_portal("") + execute() + SYNC


def shared_on(two, number):
    return [row for row in two.query(number, "select name, statement from pg_prepared_statements").rows if row[0].startswith("howdah_")]


@pytest.mark.howdah_only
def test_the_third_parse_needs_no_work_of_the_server(two, ann):
    for count in range(4):
        result = two.on(0, ann, exchange(JOIN, [count]))
        assert result.kinds == "12TDCZ" and result.rows[0][1] == str(count)
    ((name, text),) = shared_on(two, 0)
    assert text == JOIN and shared_on(two, 1) == []
    with two.connect() as bob:
        assert two.on(1, bob, exchange(JOIN, [7])).rows[0][1] == "7"
        assert shared_on(two, 1) == [(name, text)]
        used = "select generic_plans + custom_plans from pg_prepared_statements where name like 'howdah_%'"
        assert two.query(0, used).value == "3"


@pytest.mark.howdah_only
def test_without_the_option_servers_keep_nothing(start_howdah):
    two = TwoServers(start_howdah(pool={"max_size": 2}))
    with two.connect() as ann:
        for count in range(4):
            two.on(0, ann, exchange(JOIN, [count]))
    assert shared_on(two, 0) == []
    two.close()


@pytest.mark.howdah_only
def test_prepared_in_one_exchange_and_executed_in_the_next(two, ann):
    """As Go's lib/pq and asyncpg without its cache do."""
    for number in (0, 1, 0, 1):
        first = two.on(number, ann, parse("", JOIN) + describe_statement() + SYNC)
        assert first.kinds == "1tTZ" and first.of("t")[0].body == b"\0\1\0\0\0\x17"
        assert two.on(1 - number, ann, run([number]) + SYNC).rows[0][1] == str(number)
        with two.only(number):
            ann.send(parse("", JOIN) + describe_statement() + FLUSH)
            assert ann.read_until("T").kinds == "1tT"
            assert ann.run(run([5]) + SYNC).rows[0][1] == "5"


@pytest.mark.howdah_only
def test_a_simple_query_and_a_close_destroy_it(two, ann):
    for end in (query("select 1"), close_statement("") + SYNC, parse("", "selekt") + SYNC):
        for _ in range(3):
            two.on(0, ann, parse("", JOIN) + SYNC)
            two.on(1, ann, end)
            error = two.on(0, ann, run([1]) + SYNC).error
            assert (error["C"], error["M"]) == ("26000", "unnamed prepared statement does not exist")


@pytest.mark.howdah_only
def test_errors_call_it_what_it_is_to_the_client(two, ann):
    for _ in range(3):
        error = two.on(0, ann, parse("", JOIN) + run([]) + SYNC).error
        assert (error["C"], error["M"]) == ("08P01", 'bind message supplies 0 parameters, but prepared statement "" requires 1')


@pytest.fixture
def table(postgres):
    make = "drop table if exists ddl; create table ddl (id int); insert into ddl values (1); alter table ddl owner to app"
    postgres.rows(make, database="app")
    yield
    postgres.rows("drop table if exists ddl", database="app")


@pytest.mark.howdah_only
def test_after_ddl_the_text_means_what_it_means_then(two, ann, table):
    text = exchange("select * from ddl")
    for number in (0, 0, 0, 1):
        two.on(number, ann, text)
    with two.connect() as bob:
        two.on(1, bob, query("alter table ddl alter column id type text"))
        for client in (ann, bob):
            for number in (0, 1):
                result = two.on(number, client, text)
                assert result.value == "1" and result.of("T")[0].body[11:15] == int32(25)  # text
        batch = two.on(0, bob, extended("alter table ddl add column more int") + text)
        assert batch.error is None and batch.of("T")[-1].columns == ["id", "more"]
        two.on(1, bob, query("drop table ddl"))
        for number in (0, 1):
            assert two.on(number, ann, text).sqlstate == "42P01"
            assert two.on(number, ann, run() + SYNC).sqlstate == "26000"


@pytest.mark.howdah_only
def test_ddl_that_bypasses_howdah_is_an_error_once(two, ann, table, postgres):
    text = exchange("select * from ddl")
    for number in (0, 0, 0, 1):
        two.on(number, ann, text)
    postgres.rows("alter table ddl add column more text", database="app")
    results = [two.on(number, ann, text) for number in (0, 0, 1, 1)]
    assert [result.sqlstate for result in results][1::2] == [None, None]
    assert results[1].of("T")[0].columns == results[3].of("T")[0].columns == ["id", "more"]


@pytest.mark.howdah_only
def test_a_temporary_table_hides_another_from_its_own_client_only(two, ann, table):
    text = exchange("select id from ddl")
    for _ in range(3):
        two.on(0, ann, text)
    with two.only(0):
        ann.run(query("select 5 as id into temp ddl"))
        assert [ann.run(text).value for _ in range(3)] == ["5", "5", "5"]
        assert ann.run(query("discard all")).error is None
    assert two.on(0, ann, text).value == "1"


@pytest.mark.howdah_only
def test_what_a_function_has_dropped_comes_back(two, ann, postgres):
    body = "begin execute 'deallocate all'; return 'dropped'; end"
    postgres.rows(f"create function drop_all() returns text language plpgsql as '{body.replace(chr(39), chr(39) * 2)}'", database="app")
    try:
        for _ in range(3):
            two.on(0, ann, exchange(JOIN, [1]))
        assert two.on(0, ann, query("select drop_all()")).value == "dropped"
        error = two.on(0, ann, exchange(JOIN, [1])).error
        assert (error["C"], error["M"]) == ("26000", "unnamed prepared statement does not exist")
        assert two.on(0, ann, exchange(JOIN, [2])).rows[0][1] == "2"
    finally:
        postgres.rows("drop function drop_all()", database="app")


@pytest.mark.howdah_only
def test_constants_of_time_are_those_of_their_parse(two, ann):
    texts = ["select 'now'::timestamptz", "select timestamptz ' NOW '", "select 'now()'::text::timestamptz, now()"]
    for text in texts:
        assert len({two.on(0, ann, exchange(text)).value for _ in range(4)}) == 4


@pytest.mark.howdah_only
def test_constants_are_read_by_the_settings_of_their_client(two):
    """PostgreSQL reads them when it parses the text."""
    text = parse("", "select extract(epoch from '2020-02-03 00:00'::timestamptz)::int, '02/03/2020'::date - '2020-01-01'::date")
    with two.connect() as ann, two.connect(TimeZone="Asia/Tokyo") as bob, two.connect(DateStyle="ISO, DMY") as eve:
        for _ in range(4):
            rows = [two.on(0, one, text + run() + SYNC).rows[0] for one in (ann, bob, eve)]
            assert rows == [("1580688000", "33"), ("1580655600", "33"), ("1580688000", "61")]


SCRIPTS = {
    "again and again": [exchange(JOIN, [n]) for n in range(8)],
    "types": [exchange("select $1", ["x"], types) for types in ((), (25,), (), (25,), (1043,), (1043,))],
    "nothing there": [parse("", JOIN) + SYNC, query("select 1"), run([1]) + SYNC, describe_statement() + SYNC],
    "a failed parse takes the old one": [parse("", JOIN) + SYNC, parse("", "select nothing") + SYNC, run([1]) + SYNC] * 3,
    "one that fails by name leaves no older one": [
        content + SYNC for text in ("'one'", "'two'") for content in (parse("", "select from nowhere"), parse("", f"select {text}"), run())
    ]
    + [parse("", "select from nowhere") + SYNC, run() + SYNC],
    "a parse that was skipped leaves it": [parse("", JOIN) + SYNC, extended("select 1/0") + parse("", "select 2") + SYNC, run([1]) + SYNC]
    + [parse("", JOIN) + SYNC, bind("", "nobody") + parse("", "select 2") + SYNC, run([1]) + SYNC] * 3,
    "a failed transaction": [exchange(JOIN, [1])] * 3
    + [query("begin"), exchange(JOIN, [1]), query("select 1/0"), exchange(JOIN, [1]), run([1]) + SYNC, query("rollback"), run([1]) + SYNC],
    "an aborted bind": [parse("", JOIN) + SYNC] * 3
    + [extended("begin") + SYNC, parse("", JOIN) + SYNC, bind("", "nobody") + SYNC, run([1]) + SYNC, describe_statement() + SYNC]
    + [extended("rollback") + SYNC],
    "no values": [parse("", JOIN) + bind("", "", []) + SYNC] * 4,
    "bad values": [exchange(JOIN, ["x"])] * 4,
    "pipelines": [exchange(JOIN, [1]) * 5] * 2 + [(parse("", JOIN) + run([2])) * 5 + SYNC] * 2,
    "pieces of a portal": [parse("", "select generate_series(1, 5)") + bind() + execute("", 2) + execute("", 2) + execute() + SYNC] * 4,
    "changes of rows": [exchange("insert into reuse values (1) returning n")] * 3 + [exchange("delete from reuse")] * 3,
    "texts that are not kept": [extended(text) + SYNC for text in ("begin", "set local work_mem = '1MB'", "commit", "") for _ in range(3)],
}


@pytest.fixture(scope="module")
def reusing(postgres):
    postgres.rows("create table reuse (n int); alter table reuse owner to app", database="app")
    target = make_target(postgres, default_config(postgres, {"max_size": 1, **POOL}))
    try:
        yield target.start()
        target.stop()
    finally:
        target.remove()
        postgres.rows("drop table reuse", database="app")


def steps(exchanges):
    """Each with the answers up to its last ReadyForQuery."""
    for content in exchanges:
        yield content
        yield from [differential.until("Z")] * (1 if content.startswith(b"Q") else content.count(SYNC))


@pytest.mark.parametrize("name", SCRIPTS)
def test_answers_are_those_of_postgres(direct, reusing, name):
    for login in ({"user": "app", "database": "app"}, {"user": "app", "database": "app", "search_path": "public"}):
        differential.compare(direct, reusing, list(steps(SCRIPTS[name])), login=login)
