"""What a pool does about each kind of state that its clients would leave: pin it, refuse it, or not care."""

import pytest

from support import messages, wire
from support.console import metric
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

APP = {"user": "app", "database": "app"}
WITH_SETTING = {"user": "app", "database": "app", "application_name": "start"}

# The option, what leaves it outright, what leaves it unseen, whether it is there, and where a transaction may do it, too.
KINDS = {
    "settings": ("set app.tenant = '42'", "select set_tenant('42')", "select coalesce(current_setting('app.tenant', true), '') <> ''"),
    "prepare": ("prepare p as select 1", "do $$ begin execute 'prepare p as select 1'; end $$",
                "select exists (select from pg_prepared_statements where from_sql)"),
    "listen": ("listen news", "do $$ begin execute 'listen news'; end $$", "select exists (select from pg_listening_channels())"),
    "hold_cursors": ("declare c cursor with hold for select 1", "do $$ begin execute 'declare c cursor with hold for select 1'; end $$",
                     "select exists (select from pg_cursors where is_holdable)"),
    "temporary_objects": ("create temp table t (a int)", "do $$ begin execute 'create temp table t (a int)'; end $$",
                          "select exists (select from pg_class where relnamespace = pg_my_temp_schema())"),
    "advisory_locks": ("select pg_advisory_lock(4711)", "do $$ begin perform pg_advisory_lock(4711); end $$",
                       "select exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())"),
}
UNSEEN = [name for name in KINDS if name != "hold_cursors"]  # a code block cannot declare one
LIBRARY = "load 'plpgsql'"


@pytest.fixture(scope="module", autouse=True)
def function(postgres):
    postgres.rows("create or replace function set_tenant(t text) returns text language plpgsql as"
                  " $$ begin return set_config('app.tenant', t, false); end $$", database="app")
    yield
    postgres.rows("drop function set_tenant(text)", database="app")


def start(start_howdah, policy, *names, **pool):
    timeout = "1s" if policy == "pin" else "20s"
    state = {name: policy for name in names}
    return start_howdah(pool={"max_size": 1, "acquire_timeout": timeout, "state": state, **pool}, workers=1)


def is_there(client, question):
    return client.query(question).value == "t"


def pid(client):
    return client.query("select pg_backend_pid()").value


@pytest.mark.parametrize("protocol", ["simple", "extended"])
@pytest.mark.parametrize("name", KINDS)
def test_reject_is_an_error_before_anything_has_run(start_howdah, name, protocol):
    outright, _, question = KINDS[name]
    howdah = start(start_howdah, "reject", name)
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as other:
        run = client.query if protocol == "simple" else client.execute
        answer = run(outright)
        assert (answer.sqlstate, answer.status) == ("0A000", "I")
        assert f"pool.state.{name}" in answer.error["H"]
        assert not is_there(client, question)
        assert client.query("begin").status == "T"
        answer = run(outright)
        assert (answer.sqlstate, answer.status) == ("0A000", "E")
        assert run(outright).sqlstate == "25P02"
        assert client.query("select 1").sqlstate == "25P02"
        assert client.query("commit").tags == ["ROLLBACK"]
        assert not is_there(other, question)
        assert client.query("select 'alive'").value == "alive"


@pytest.mark.parametrize("name", KINDS)
def test_reject_skips_the_rest_of_a_pipeline(start_howdah, name):
    howdah = start(start_howdah, "reject", name)
    with wire.connect(howdah, **APP) as client:
        client.query("create table if not exists refused (a int)")
        batch = [messages.extended(sql) for sql in ("insert into refused values (1)", KINDS[name][0], "select 2")]
        answer = client.run(b"".join(batch) + messages.SYNC)
        assert answer.sqlstate == "0A000"
        assert answer.tags == ["INSERT 0 1"]
        assert client.query("select count(*) from refused").value == "0"
        client.query("drop table refused")


@pytest.mark.parametrize("name", UNSEEN)
def test_what_no_text_shows_ends_the_client_with_the_same_error(start_howdah, name):
    _, unseen, question = KINDS[name]
    howdah = start(start_howdah, "reject", name)
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as other:
        answer = client.query(unseen)
        assert (answer.sqlstate, answer.status) == (None, "I")  # it is committed
        fatal = client.read_until("E").error
        assert (fatal["S"], fatal["C"]) == ("FATAL", "0A000")
        assert "committed" in fatal["D"] and f"pool.state.{name}" in fatal["H"]
        assert wait_until(lambda: other.query("select 1").error is None)
        assert not is_there(other, question)


def test_reject_of_libraries(start_howdah):
    howdah = start(start_howdah, "reject", "libraries")
    with wire.connect(howdah, **APP) as client:
        assert client.query(LIBRARY).sqlstate == "0A000"
        assert client.execute("select 1").error is None


def test_reject_lets_pass_what_leaves_nothing(start_howdah):
    howdah = start(start_howdah, "reject", *KINDS)
    with wire.connect(howdah, **APP) as client:
        for sql in ("set local app.tenant = '1'", "begin; set local app.tenant = '1'; commit", "reset all",
                    "select set_config('app.tenant', '1', true)", "select pg_advisory_xact_lock(1)", "unlisten *", "deallocate all",
                    "begin; create temp table t (a int) on commit drop; commit", "notify news",
                    "begin; declare c cursor for select 1; fetch c; commit"):
            assert client.query(sql).error is None, sql
        assert client.query("select 'alive'").value == "alive"


@pytest.mark.parametrize("name", [*KINDS])
def test_pin_keeps_the_server(start_howdah, name):
    howdah = start(start_howdah, "pin", name)
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as other:
        assert client.query(KINDS[name][0]).error is None
        assert other.query("select 1").sqlstate == "53300"
        assert client.query("discard all").error is None
        assert other.query("select 'free'").value == "free"


@pytest.mark.parametrize("undo", ["reset application_name", "set application_name = 'start'", "discard all", "reset all"])
def test_settings_that_pin_do_so_until_they_are_what_they_were(start_howdah, undo):
    howdah = start(start_howdah, "pin", "settings")
    with wire.connect(howdah, **WITH_SETTING) as client, wire.connect(howdah, **APP) as other:
        client.query("set application_name = 'x'")
        assert other.query("select 1").sqlstate == "53300"
        assert "1 for settings" in other.query("select 1").error["D"]
        assert client.query(undo).error is None
        assert other.query("select 'free'").value == "free"
        assert client.query("show application_name").value == "start"


@pytest.mark.parametrize("name", [one for one in KINDS if one != "settings"])
def test_ignore_leaves_it_for_whoever_comes_next(start_howdah, name):
    outright, _, question = KINDS[name]
    howdah = start(start_howdah, "ignore", name)
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as other:
        assert client.query(outright).error is None
        assert is_there(other, question)
        assert pid(client) == pid(other)
        assert metric(howdah, "howdah_pins_total") == 0
        if name != "prepare":  # what is prepared may be run by it
            assert metric(howdah, "howdah_state_probes_total") == 0


@pytest.mark.parametrize("setting", ["set app.tenant = '42'", "select set_tenant('42')", "select set_config('app.' || 'tenant', '42', false)",
                                     "do $$ begin execute 'set app.tenant = 42'; end $$", "set role app; set app.tenant = 'x'"])
def test_ignored_settings_meet_nobody_and_last_to_the_end_of_their_transaction(start_howdah, setting):
    howdah = start(start_howdah, "ignore", "settings")
    tenant = "select coalesce(current_setting('app.tenant', true), '')"
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as other:
        client.query("begin")
        assert client.query(setting).error is None
        assert client.query(tenant).value != ""
        client.query("commit")
        assert other.query(tenant).value == ""
        assert client.query(tenant).value == ""
        assert client.query("select current_user").value == "app"


def test_the_client_is_told_of_ignored_settings_that_go_back(start_howdah):
    howdah = start(start_howdah, "ignore", "settings")
    with wire.connect(howdah, **WITH_SETTING) as client:
        client.query("set application_name = 'x'")
        client.query("select 1")
        assert client.parameters["application_name"] == "start"


def test_none_has_an_effect_in_session_mode(start_howdah):
    howdah = start(start_howdah, "reject", *KINDS, mode="session")
    with wire.connect(howdah, **APP) as client:
        for outright, _, question in KINDS.values():
            assert client.query(outright).error is None
            assert is_there(client, question)
