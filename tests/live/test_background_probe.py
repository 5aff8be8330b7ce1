"""What no text and no catalog tells of is found while its server is idle: cleaned up before anybody gets it, and expected
from then on."""

import pytest

from support import messages, wire
from support.console import metric
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

APP = {"user": "app", "database": "app"}
SCHEMA = """
create function hidden_lock() returns text language sql as $$ select pg_advisory_lock(4711)::text $$;
create function hidden_setting(name text, value text) returns text language plpgsql as $$
  begin
    return set_config(name, value, false);
  end $$;
create table watched_from_afar (id int);
create function lock_rows() returns trigger language plpgsql as $$ begin perform pg_advisory_lock(4712); return new; end $$;
create trigger lock_rows before insert on watched_from_afar for each row execute function lock_rows();
grant all on watched_from_afar to app;
"""
LEAVING = {
    "a lock": "select hidden_lock()",
    "a setting": "select hidden_setting('work_mem', '9MB')",
    "a trigger": "insert into watched_from_afar values (1)",
}
SEEN = ("select current_setting('work_mem'),"
        " (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())")


@pytest.fixture(scope="module", autouse=True)
def schema(postgres):
    postgres.rows(SCHEMA, database="app")
    yield
    postgres.rows("drop table watched_from_afar; drop function hidden_lock, hidden_setting, lock_rows", database="app")


@pytest.fixture
def howdah(start_howdah):
    return start_howdah(pool={"max_size": 1, "state": {"probe": "background", "read_catalog": False}}, workers=1)


def surprises(howdah):
    return metric(howdah, "howdah_state_surprises_total")


def run_in(client, way, sql):
    if way == "simple":
        return client.query(sql)
    client.run(messages.parse("p", sql) + messages.SYNC)
    return client.run(messages.bind("", "p") + messages.execute() + messages.SYNC)


@pytest.mark.parametrize("way", ["simple", "named"])
@pytest.mark.parametrize("sql", LEAVING.values(), ids=LEAVING)
def test_it_is_found_and_cleaned_up_and_expected_the_next_time(howdah, sql, way):
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as other:
        assert run_in(client, way, sql).error is None
        wait_until(lambda: surprises(howdah) == 1)
        wait_until(lambda: "state left that no text had told of" in howdah.log())
        assert other.query(SEEN).rows == [("4MB", "0")]

        assert client.query(sql).error is None
        rows = client.query(SEEN).rows  # its own: carried, or kept with its server
        assert rows != [("4MB", "0")]
        client.query("select pg_advisory_unlock_all(); reset work_mem")
        assert other.query(SEEN).rows == [("4MB", "0")]
        wait_until(lambda: surprises(howdah) == 1)
    line = next(line for line in howdah.log().splitlines() if "no text had told" in line)
    assert "hidden_" in line or "watched_from_afar" in line
    assert "9MB" not in line


def test_what_leaves_nothing_is_asked_for_once_and_remembered_by_nobody(howdah):
    with wire.connect(howdah, **APP) as client:
        client.query("select lower('A')")
        wait_until(lambda: metric(howdah, "howdah_state_probes_total") == 1)
        client.query("select lower('B')")
        client.query("select lower('B')")
        wait_until(lambda: metric(howdah, "howdah_state_probes_total") == 2)
    assert surprises(howdah) == 0
    assert "no text had told" not in howdah.log()


def test_the_settings_of_a_session_are_no_surprise(howdah):
    with wire.connect(howdah, TimeZone="Asia/Tokyo", options="-c search_path=a,b -c app.tenant=x", **APP) as client:
        client.query("set work_mem = '1 GB'; set datestyle = german")
        client.query("set extra_float_digits = 2")
        before = metric(howdah, "howdah_state_probes_total")
        client.query("select 1")
        wait_until(lambda: metric(howdah, "howdah_state_probes_total") > before)
        assert client.query("show work_mem").value == "1GB"
    assert surprises(howdah) == 0
