"""What plain SET and RESET commands do follows their session over all servers, without keeping one, and meets nobody else."""

import os
import struct
import time

import pytest

from support import wire
from support.howdah_process import fewer_if_sanitized
from support.messages import SYNC, bind, execute, extended, parse, query
from support.random_settings import NAMES, Program
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only

APP = {"user": "app", "database": "app"}
ADMIN = {"user": "postgres", "database": "app"}
PROGRAMS = int(os.environ.get("HOWDAH_TEST_PROGRAMS", fewer_if_sanitized(100)))
FIRST_SEED = int(os.environ.get("HOWDAH_TEST_SEED", "0"))
# Those of the connection itself are another thing over a Unix socket, and those of a language are there once it was used.
ALL_SETTINGS = "select name, setting from pg_catalog.pg_settings where name !~ '^(tcp_|plpgsql[.])' order by name"


def settings(client, names=()):
    """All of them, and custom ones by name. PostgreSQL never forgets that it has met one of those: it is empty then."""
    custom = {name: client.query(f"select current_setting('{name}', true)").value or "" for name in names}
    return dict(client.query(ALL_SETTINGS).rows) | custom


def is_pinned(howdah):
    return "client pinned" in howdah.log()


# --- each plain form

FORMS = [
    "SET extra_float_digits = 3",
    "SET application_name = 'PostgreSQL JDBC Driver'",
    "set work_mem to '2MB'",
    "set session work_mem=4096",
    "set work_mem = '1 GB'",
    "SET work_mem = \"64MB\"",
    "set enable_seqscan = off",
    "set random_page_cost = 1.25",
    "set extra_float_digits = -2;",
    "set application_name = 'it''s; not the end'",
    "set application_name = ''",
    "set search_path = a, \"B\", \"$user\"",
    "set search_path = 'a, b'",
    "set search_path = ''",
    "set search_path = \"table\", \"user\", public, \"public\"",
    "set search_path = \"with\"\"quote\", \"it's\"",
    "set schema 'tenant_42'",
    "set datestyle = 'ISO, DMY'",
    "set datestyle = German",
    "set datestyle = dmy",
    "set datestyle = 'sql', 'mdy'",
    "set time zone 'Europe/Berlin'",
    "set time zone -7",
    "set time zone utc",
    "set timezone = 5.5",
    "set names 'LATIN1'",
    "set client_encoding to 'LATIN1'",
    "set intervalstyle = iso_8601",
    "set app.tenant = 'a b'",
    "set app.tenant to 42",
    "set standard_conforming_strings = off",
    "set default_transaction_isolation = serializable",
    "set default_text_search_config = 'pg_catalog.simple'",
    "set lc_numeric = 'C'",
    "set plpgsql.extra_warnings = 'all'",
    "set temp_tablespaces = ''",
    "set statement_timeout = '2min'",
]


@pytest.mark.parametrize("sql", FORMS)
def test_a_plain_form_means_on_the_next_server_what_it_means_in_postgres(direct, two, ann, sql):
    """First the other datestyle and the like are in force there, by another client."""
    names = ["app.tenant", "plpgsql.extra_warnings"]
    with two.connect(DateStyle="German", work_mem="9MB", search_path="other") as bob:
        two.on(1, bob, query("set intervalstyle = sql_standard"))
        with wire.connect(direct, **APP) as expected:
            assert expected.query(sql).error is None
            found = two.on(0, ann, query(sql))
            assert found.error is None, found.error
            with two.only(1):
                assert settings(ann, names) == settings(expected, names)
            with two.only(0):
                assert settings(ann, names) == settings(expected, names)
            assert ann.parameters == expected.parameters
    assert not is_pinned(two.howdah)


@pytest.mark.parametrize("sql", FORMS)
def test_the_same_by_the_extended_protocol_and_nobody_else_meets_it(direct, two, ann, sql):
    with wire.connect(direct, **APP) as expected, wire.connect(direct, **APP) as plain, two.connect() as bob:
        assert expected.execute(sql).error is None
        parameters = dict(bob.parameters)
        assert two.on(0, ann, extended(sql) + SYNC).error is None
        with two.only(0):
            assert settings(bob) == settings(plain)
        assert bob.parameters == parameters
        with two.only(1):
            assert settings(ann) == settings(expected)
        two.on(1, ann, query("discard all"))
        with two.only(0):
            assert settings(ann) == settings(plain)
        assert ann.parameters == plain.parameters
    assert not is_pinned(two.howdah)


@pytest.mark.parametrize("reset", ["reset work_mem", "reset all", "set work_mem to default", "discard all"])
def test_a_reset_returns_to_what_the_client_asked_for_at_its_start(two, reset):
    with two.connect(work_mem="7MB", TimeZone="Asia/Tokyo") as client:
        assert two.on(0, client, query("set work_mem = '2MB'")).error is None
        assert two.on(1, client, query("show work_mem")).value == "2MB"
        assert two.on(0, client, query(reset)).error is None
        for number in (1, 0):
            assert two.on(number, client, query("show work_mem")).value == "7MB"
        assert client.parameters["TimeZone"] == "Asia/Tokyo"
    assert not is_pinned(two.howdah)


# --- which commands have lasted


def test_what_is_rolled_back_or_fails_never_was(two, ann):
    before = two.on(0, ann, query("show work_mem")).value
    for content, count in (
        (query("begin") + query("set work_mem = '2MB'") + query("rollback"), 3),
        (query("begin") + query("set work_mem = '2MB'") + query("select 1/0") + query("commit"), 4),
        (extended("set work_mem = '2MB'") + extended("select 1/0") + extended("set work_mem = '3MB'") + SYNC, 1),
        (query("set work_mem = 'lots'"), 1),
        (query("begin") + query("set local work_mem = '2MB'") + query("commit"), 3),
    ):
        with two.only(0):
            ann.send(content)
            assert [ann.ready() for _ in range(count)][-1].status == "I"
        assert two.on(1, ann, query("show work_mem")).value == before
    assert not is_pinned(two.howdah)


def test_what_is_committed_lasts_in_its_order(two, ann):
    with two.only(0):
        ann.send(
            extended("begin") + extended("set work_mem = '2MB'") + extended("commit")
            + extended("begin") + extended("set work_mem = '3MB'") + extended("rollback") + SYNC
            + query("set application_name = one") + query("set application_name = two")
        )
        assert [ann.ready().status for _ in range(3)] == ["I", "I", "I"]
    with two.only(1):
        assert ann.query("show work_mem").value == "2MB"
        assert ann.query("show application_name").value == "two"
    assert not is_pinned(two.howdah)


def test_a_named_statement_that_sets_does_so_each_time_it_is_run(two, ann):
    two.on(0, ann, parse("a", "set work_mem = '2MB'") + parse("b", "set work_mem = '3MB'") + SYNC)
    for name, value in (("a", "2MB"), ("b", "3MB"), ("a", "2MB")):
        assert two.on(1, ann, bind("", name) + execute() + SYNC).error is None
        assert two.on(0, ann, query("show work_mem")).value == value
    assert not is_pinned(two.howdah)


UNREADABLE = {
    "several statements": query("select 1; set work_mem = '2MB'"),
    "set_config": query("select set_config('work_mem', '2MB', false)"),
    "a value with an escape": query("set application_name = E'a'"),
    "a value beyond ASCII": query("set app.name = 'Müller'"),
    "role": query("set role app"),
    "a block": query("do $$ begin perform set_config('app.name', 'by a block', false); set work_mem = '3MB'; end $$"),
    "a portal with a name": parse("", "set work_mem = '2MB'") + bind("p", "") + execute("p") + SYNC,
    "a portal of another batch": query("begin") + parse("", "set work_mem = '2MB'") + bind("", "") + SYNC + execute() + SYNC
    + query("commit"),
    "savepoints": query("begin") + query("savepoint a") + query("set work_mem = '2MB'") + query("rollback to a")
    + query("commit"),
}


def ready_count(content):
    """Of whole messages: each Query and each Sync owes one ReadyForQuery."""
    count = at = 0
    while at < len(content):
        count += content[at : at + 1] in (b"Q", b"S")
        at += 1 + struct.unpack_from("!i", content, at + 1)[0]
    return count


SEEN = (
    "select current_setting('work_mem'), current_setting('application_name'), current_setting('role'),"
    " coalesce(current_setting('app.name', true), '')"
)


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_told_from_the_text_follows_all_the_same(direct, two, ann, content):
    with wire.connect(direct, **APP) as client, two.only(0):
        for connection in (client, ann):
            connection.send(content)
            assert [connection.ready() for _ in range(ready_count(content))][-1].error is None
        expected = client.query(SEEN).rows
    assert not is_pinned(two.howdah)
    for number in (1, 0):
        with two.only(number):
            assert ann.query(SEEN).rows == expected
            with wire.connect(two.howdah, **APP) as other:
                assert other.query(SEEN).rows[0][0] == "4MB"
                assert other.query("show role").value == "none"


def test_a_client_that_sets_ever_more_is_pinned_at_last(start_howdah):
    howdah = start_howdah(pool={"max_size": 1})
    with wire.connect(howdah, **APP) as client:
        for number in range(100):
            client.query(f"set app.name_{number} = 'x'")
        assert not is_pinned(howdah)
        for number in range(100):
            client.query(f"select set_config('app.name_{number}', repeat('x', 1000), false)")
        assert is_pinned(howdah)
        assert client.query("select length(current_setting('app.name_0'))").value == "1000"


def test_a_value_that_another_server_refuses_ends_its_own_client_only(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 1})
    postgres.rows("grant set on parameter log_min_messages to app")
    postgres.rows("create table ran (id int); grant insert on ran to app", database="app")
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as other:
        assert client.query("set log_min_messages = error").error is None
        process_id = client.query("select pg_backend_pid()").value
        postgres.rows("revoke set on parameter log_min_messages from app")
        postgres.rows(f"select pg_terminate_backend({process_id}, 5000)")
        assert other.query("select 'alive'").value == "alive"
        client.send(query("insert into ran values (1)"))
        assert client.read_to_end().sqlstate == "42501"
        assert other.query("select 'alive'").value == "alive"
    assert postgres.rows("with gone as (select count(*) from ran) select * from gone", database="app")[0][0] in ("0", 0)
    postgres.rows("drop table ran", database="app")


def test_a_time_limit_that_is_too_short_for_its_own_settings_meets_nobody_else(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 1})
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, work_mem="7MB", **APP) as other:
        for _ in range(200):
            client.query("set statement_timeout = '1ms'")
            shown = client.query("show statement_timeout")
            assert shown.sqlstate == "57014" or shown.value == "1ms"
            assert other.query("select current_setting('statement_timeout'), current_setting('work_mem')").rows == [("0", "7MB")]


@pytest.mark.parametrize(
    ("startup", "last"), [({"client_encoding": "utf-8"}, "reset all"), ({"TimeZone": "Asia/Tokyo"}, "set_config")], ids=["kept", "changed"],
)
def test_a_reset_that_changes_nothing_costs_nothing(start_howdah, postgres, startup, last):
    """asyncpg's pool sends one whenever a connection is given back."""
    howdah = start_howdah(pool={"max_size": 1})
    with wire.connect(howdah, **APP, **startup) as client:
        client.query("select 1")
        assert client.query("select pg_advisory_unlock_all(); close all; unlisten *; reset all").error is None
        wait_until(lambda: howdah_is_idle(howdah), "the server is given back")
        assert last in postgres.rows("select query from pg_stat_activity where usename = 'app'")[0][0].lower()


def howdah_is_idle(howdah):
    with wire.connect(howdah, user="postgres", database="howdah") as console:
        pools = console.query("show pools")
    return [row[pools.columns.index("sv_idle")] for row in pools.rows if row[0] == "app"] == ["1"]


# --- random programs


class Disturber:
    """Others with settings of their own: of three servers two are theirs, and each new one takes the third and sets another
    free."""

    def __init__(self, howdah):
        self.howdah, self.others = howdah, []

    def disturb(self):
        other = wire.connect(self.howdah, DateStyle="SQL, DMY", work_mem="33MB", search_path="elsewhere", **APP)
        other.query("begin; select 1")
        self.others.append(other)
        if len(self.others) > 2:
            self.others.pop(0).close()


def outcome(result):
    """Tags, errors and status."""
    return [(one.kind, one.fields.get("C") if one.kind == "E" else one.body) for one in result.messages if one.kind in "CEZ"]


def play(seed, direct, howdah, disturber):
    """Returns how many servers the client has met."""
    program = Program(seed)
    custom = [name for name in NAMES if "." in name]
    process_ids = set()
    with wire.connect(direct, **APP, **program.startup) as expected, wire.connect(howdah, **APP, **program.startup) as found:
        status = "I"
        for content, ready_count in program.steps:
            if status == "I":
                disturber.disturb()
            expected.send(content)
            found.send(content)
            for _ in range(ready_count):
                result = expected.ready()
                assert outcome(found.ready()) == outcome(result), content
            status = result.status
            if status != "I":
                continue
            disturber.disturb()
            assert settings(found, custom) == settings(expected, custom), content
            process_ids.add(found.query("select pg_backend_pid()").value)
            assert found.parameters == expected.parameters, content
    return len(process_ids)


def play_wide(seed, direct, howdah):
    """After each transaction all that `always` looks at has been told before: see the log."""
    program = Program(seed, is_wide=True)
    custom = [name for name in NAMES if "." in name]
    with wire.connect(direct, **ADMIN, **program.startup) as expected, wire.connect(howdah, **ADMIN, **program.startup) as found:
        for content, ready_count in program.steps:
            expected.send(content)
            found.send(content)
            for _ in range(ready_count):
                result = expected.ready()
                assert outcome(found.ready()) == outcome(result), content
            if result.status == "I":
                assert settings(found, custom) == settings(expected, custom), content
                assert found.parameters == expected.parameters, content


def run_wide(direct, howdah, count):
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        try:
            play_wide(seed, direct, howdah)
            assert "state left that no text had told of" not in howdah.log()
        except AssertionError as difference:
            raise AssertionError(f"seed {seed}:\n{difference}") from None


@pytest.mark.parametrize("switch", ["enable_seqscan", "enable_indexscan", "enable_bitmapscan"])
def test_no_setting_of_the_planner_makes_a_probe_expensive(start_howdah, switch):
    """One that seems expensive is compiled first, which takes a hundred times as long."""
    howdah = start_howdah(pool={"max_size": 1, "state": {"probe": "always"}})
    with wire.connect(howdah, **ADMIN, options="-c jit_above_cost=1000") as client:
        client.query(f"set {switch} = off")
        client.query("set log_min_duration_statement = -1")
        times = []
        for _ in range(10):
            begun = time.monotonic()
            client.query("select 1")
            client.query("select 1")
            times.append(time.monotonic() - begun)
    assert min(times) < 0.05


@pytest.mark.time_limit(120)
def test_plain_commands_do_what_their_texts_say(direct, start_howdah):
    run_wide(direct, start_howdah(pool={"max_size": 1, "state": {"probe": "always"}}, log={"connections": False}), PROGRAMS)


@pytest.mark.long
@pytest.mark.time_limit(3600)
def test_many_plain_commands_do_what_their_texts_say(direct, start_howdah):
    run_wide(direct, start_howdah(pool={"max_size": 1, "state": {"probe": "always"}}, log={"connections": False}), 10 * PROGRAMS)


def run(direct, howdah, count):
    disturber = Disturber(howdah)
    servers = 0
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        try:
            servers += play(seed, direct, howdah, disturber)
        except AssertionError as difference:
            raise AssertionError(f"seed {seed}:\n{difference}") from None
    assert servers > 2 * count


@pytest.mark.time_limit(300)
def test_random_programs_leave_the_settings_that_postgres_has(direct, start_howdah):
    run(direct, start_howdah(pool={"max_size": 3}, workers=1), fewer_if_sanitized(300))


@pytest.mark.long
@pytest.mark.time_limit(3600)
def test_many_random_programs_leave_the_settings_that_postgres_has(direct, start_howdah):
    run(direct, start_howdah(pool={"max_size": 3}), 10000)
