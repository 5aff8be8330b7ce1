"""Prepared statements over a pool of two servers between which the session is made to move."""

import pytest

from support.messages import (
    FLUSH, SYNC, bind, close_portal, close_statement, describe_statement, execute, extended, int32, parse, query,
)

pytestmark = pytest.mark.howdah_only


def run(name, values=(), portal=""):
    return bind(portal, name, values) + execute(portal)


# --- named statements


def test_a_named_statement_runs_on_every_server_and_nobody_hears_how(two, ann):
    first = two.on(0, ann, parse("a", "select $1::int + 1") + describe_statement("a") + run("a", [1]) + SYNC)
    assert first.kinds == "1tT2DCZ" and first.value == "2"
    for number, kinds in ((1, "2DCZ"), (0, "2DCZ"), (1, "2DCZ")):
        result = two.on(number, ann, run("a", [number]) + SYNC)
        assert result.kinds == kinds and result.value == str(number + 1)
    assert two.on(1, ann, describe_statement("a") + SYNC).kinds == "tTZ"


def test_two_clients_share_the_statement_of_a_text(two, ann):
    with two.connect() as bob:
        two.on(0, ann, parse("a", "select 'shared'") + SYNC)
        assert two.on(0, bob, parse("b", "select 'shared'") + run("b") + SYNC).kinds == "12DCZ"
        assert len(two.prepared(0)) == 1
        assert two.on(1, bob, run("b") + SYNC).value == "shared"
        assert two.prepared(1) == two.prepared(0)
        assert two.on(0, bob, close_statement("b") + run("b") + SYNC).sqlstate == "26000"
        assert two.on(0, ann, run("a") + SYNC).value == "shared"


def test_the_same_text_with_other_types_is_another_statement(two, ann):
    two.on(0, ann, parse("a", "select $1", [23]) + parse("b", "select $1", [25]) + SYNC)
    kinds = [two.on(1, ann, describe_statement(name) + SYNC).of("t")[0].body[2:6] for name in "ab"]
    assert kinds == [b"\0\0\0\x17", b"\0\0\0\x19"]


def test_a_parse_that_failed_leaves_the_name_free(two, ann):
    assert two.on(0, ann, parse("a", "selekt") + SYNC).sqlstate == "42601"
    for number in (0, 1):
        error = two.on(number, ann, run("a") + SYNC).error
        assert (error["C"], error["M"]) == ("26000", 'prepared statement "a" does not exist')
    assert two.on(0, ann, parse("a", "select 5") + SYNC).kinds == "1Z"
    assert two.on(1, ann, run("a") + SYNC).value == "5"


def test_a_close_that_was_skipped_leaves_the_statement(two, ann):
    two.on(0, ann, parse("a", "select 5") + SYNC)
    assert two.on(1, ann, extended("select 1/0") + close_statement("a") + SYNC).sqlstate == "22012"
    assert two.on(0, ann, run("a") + SYNC).value == "5"
    assert two.on(0, ann, close_portal("a") + close_statement("a") + close_statement("nobody") + SYNC).kinds == "333Z"
    assert two.on(1, ann, run("a") + SYNC).sqlstate == "26000"


def test_an_error_in_the_middle_of_a_pipeline(two, ann):
    pipeline = parse("a", "select 1") + extended("select 1/0") + parse("b", "select 2") + SYNC + run("a") + SYNC + run("b") + SYNC
    ann.send(pipeline)
    assert [ann.ready().sqlstate for _ in range(3)] == ["22012", None, "26000"]
    assert two.on(1, ann, run("a") + SYNC).value == "1"
    assert two.on(1, ann, run("b") + SYNC).error["M"] == 'prepared statement "b" does not exist'


def test_flush_without_sync(two, ann):
    with two.only(0):
        ann.send(parse("a", "select $1::int") + describe_statement("a") + FLUSH)
        assert ann.read_until("T").kinds == "1tT"
        assert ann.run(run("a", [7]) + SYNC).value == "7"
    with two.only(1):
        ann.send(describe_statement("a") + FLUSH)
        assert ann.read_until("T").kinds == "tT"
        assert ann.run(run("a", [8]) + SYNC).value == "8"


def test_names_in_use_and_names_like_ours(two, ann):
    two.on(0, ann, parse("a", "select 1") + parse("b", "select 1") + SYNC)
    for number, name in ((0, "a"), (1, "b")):
        error = two.on(number, ann, parse(name, "select 2") + SYNC).error
        assert (error["C"], error["M"]) == ("42P05", f'prepared statement "{name}" already exists')
    (ours,) = two.prepared(0)[-1:]
    error = two.on(0, ann, run(ours) + SYNC).error
    assert (error["C"], error["M"]) == ("26000", f'prepared statement "{ours}" does not exist')
    assert two.on(0, ann, parse(ours, "select 'mine'") + run(ours) + SYNC).value == "mine"
    assert two.on(1, ann, run(ours) + SYNC).value == "mine"
    assert two.on(1, ann, run("a") + SYNC).value == "1"


def test_names_count_up_to_63_bytes(two, ann):
    name = "n" * 63
    two.on(0, ann, parse(name + "one", "select 1") + SYNC)
    assert two.on(1, ann, run(name + "two") + SYNC).value == "1"
    assert two.on(1, ann, parse(name, "select 2") + SYNC).sqlstate == "42P05"


def test_a_rolled_back_transaction_keeps_its_statements(two, ann):
    with two.only(0):
        ann.query("begin")
        ann.run(parse("a", "select 1") + SYNC)
        ann.query("rollback")
    assert two.on(1, ann, run("a") + SYNC).value == "1"


# --- the unnamed statement


def test_the_unnamed_statement_follows_its_session(two, ann):
    two.on(0, ann, parse("", "select $1::int * 2") + describe_statement() + SYNC)
    assert two.on(1, ann, run("", [4]) + SYNC).value == "8"
    assert two.on(0, ann, run("", [5]) + SYNC).value == "10"
    two.on(0, ann, query("select 1"))
    assert two.on(1, ann, run("", [4]) + SYNC).error["M"] == "unnamed prepared statement does not exist"


def test_nobody_meets_the_unnamed_statement_of_another(two, ann):
    with two.connect() as bob:
        two.on(0, ann, parse("", "select 'ann'") + SYNC)
        assert two.on(0, bob, run("") + SYNC).sqlstate == "26000"
        two.on(0, bob, parse("", "select 'bob'") + SYNC)
        assert two.on(0, ann, run("") + SYNC).value == "ann"
        assert two.on(0, bob, run("") + SYNC).value == "bob"


# --- SQL beside the protocol


@pytest.mark.parametrize("text", ["deallocate a", "DEALLOCATE PREPARE \"a\"", "/* x */ deallocate\nALL;", "Discard All"])
@pytest.mark.parametrize("way", ["simple", "extended"])
def test_deallocate_means_the_client_s_own(two, ann, text, way):
    with two.connect() as bob:
        for client in (ann, bob):
            two.on(0, client, parse("a", "select 1") + SYNC)
        assert two.on(1, ann, query(text) if way == "simple" else extended(text) + SYNC).error is None
        for number in (0, 1):
            assert two.on(number, ann, run("a") + SYNC).sqlstate == "26000"
            assert two.on(number, bob, run("a") + SYNC).value == "1"
        assert two.on(0, ann, parse("a", "select 2") + SYNC).kinds == "1Z"


def test_execute_and_prepare_beside_the_protocol(two, ann):
    two.on(0, ann, parse("a", "select $1::int + 1") + SYNC)
    assert two.on(1, ann, query("execute a(4)")).value == "5"
    assert "a" not in two.prepared(1)
    assert two.on(0, ann, query("prepare a as select 1")).sqlstate == "42P05"
    with two.only(0):
        assert ann.query("prepare b as select 'sql'").error is None
        assert ann.run(run("b") + SYNC).value == "sql"
        assert ann.run(parse("b", "select 1") + SYNC).sqlstate == "42P05"
        assert ann.query("deallocate all").error is None
    assert two.on(1, ann, run("b") + SYNC).sqlstate == "26000"


def test_a_setting_made_by_an_old_statement_meets_nobody_else(two, ann):
    """The words that tell of it were read in another lease."""
    two.on(0, ann, parse("set", "set work_mem = '7MB'") + SYNC)
    with two.only(1):
        ann.run(run("set") + SYNC)
        assert ann.query("show work_mem").value == "7MB"
        ann.close()
        with two.connect() as bob:
            assert bob.query("show work_mem").value != "7MB"


def test_a_pipeline_with_deallocate_in_it_keeps_its_order(two, ann):
    ann.send(
        parse("a", "select 1") + SYNC + query("deallocate a") + parse("a", "select 2") + run("a") + SYNC
        + query("discard all") + run("a") + SYNC
        + parse("a", "select 3") + extended("deallocate all") + parse("a", "select 4") + run("a") + SYNC
    )
    results = [ann.ready() for _ in range(6)]
    assert [result.sqlstate for result in results] == [None, None, None, None, "26000", None]
    assert results[2].value == "2" and results[5].value == "4"


# --- settings that decide what a name means


@pytest.fixture
def table(postgres):
    postgres.rows("drop table if exists ddl; create table ddl (id int); alter table ddl owner to app", database="app")
    yield
    postgres.rows("drop table if exists ddl", database="app")


def test_the_same_text_under_another_search_path_is_another_statement(two, table, postgres):
    postgres.rows("create schema other; create table other.ddl (elsewhere int); grant all on schema other to app; grant all on other.ddl to app", database="app")
    try:
        with two.connect() as ann, two.connect(search_path="other") as bob:
            text = parse("a", "select * from ddl") + describe_statement("a") + SYNC
            assert two.on(0, ann, text).of("T")[0].columns == ["id"]
            assert two.on(0, bob, text).of("T")[0].columns == ["elsewhere"]
            assert two.on(1, ann, describe_statement("a") + SYNC).of("T")[0].columns == ["id"]
            assert two.on(1, bob, describe_statement("a") + SYNC).of("T")[0].columns == ["elsewhere"]
    finally:
        postgres.rows("drop schema other cascade", database="app")


def test_constants_are_read_by_the_settings_of_their_client(two):
    """PostgreSQL reads them when it parses the text."""
    text = parse("a", "select extract(epoch from '2020-02-03 00:00'::timestamptz)::int, '02/03/2020'::date - '2020-01-01'::date")
    with two.connect() as ann, two.connect(TimeZone="Asia/Tokyo") as bob, two.connect(DateStyle="ISO, DMY") as eve:
        rows = [two.on(0, one, text + run("a") + SYNC).rows[0] for one in (ann, bob, eve)]
        assert rows == [("1580688000", "33"), ("1580655600", "33"), ("1580688000", "61")]


def test_a_constant_such_as_now_is_the_time_of_its_own_parse(two, ann):
    text = "select 'now'::timestamptz"
    values = [two.on(0, ann, parse(name, text) + run(name) + SYNC).value for name in "abc"]
    assert len(set(values)) == 3


# --- limits


@pytest.mark.parametrize("two", [{"prepared_statements": {"per_server": 10}}], indirect=True)
def test_a_server_keeps_so_many_and_every_bind_works(two, ann):
    for first in range(0, 100, 5):
        batch = b"".join(parse(f"s{n}", f"select {n}") + run(f"s{n}") for n in range(first, first + 5))
        assert two.on(first % 2, ann, batch + SYNC).error is None
    for number in (0, 1):
        assert [two.on(number, ann, run(f"s{n}") + SYNC).value for n in range(0, 100, 7)] == [str(n) for n in range(0, 100, 7)]
        assert len(two.prepared(number)) <= 10
    everything = b"".join(run(f"s{n}") for n in range(100)) + SYNC
    assert [row[0] for row in two.on(1, ann, everything).rows] == [str(n) for n in range(100)]
    two.on(1, ann, run("s1") + SYNC)
    assert len(two.prepared(1)) <= 10


@pytest.mark.parametrize("two", [{"prepared_statements": {"per_server": 50}}], indirect=True)
def test_a_pipeline_of_thousands_is_bounded_too(two, ann):
    count = 3000
    with two.only(0):
        ann.send(b"".join(parse(f"s{n}", f"select {n}") + run(f"s{n}") + SYNC for n in range(count)))
        assert [ann.ready().value for _ in range(count)] == [str(n) for n in range(count)]
        assert int(ann.query("select count(*) from pg_prepared_statements").value) <= 100
    assert two.on(1, ann, run("s17") + SYNC).value == "17"
