"""What no other server can be given keeps a server with its client until it is gone, and who looks sees why."""

import re

import pytest

from support import wire
from support.console import metric, show
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

APP = {"user": "app", "database": "app"}

# What leaves it, the reason, how it is shown, what undoes it.
PINS = {
    "a temporary table": ("create temp table t as select 'secret' as word", "temporary object",
                          "create temp table t as select ? as word", "drop table t"),
    "a lock": ("select pg_advisory_lock(4711)", "advisory lock", "select pg_advisory_lock(?)", "select pg_advisory_unlock(4711)"),
    "a lock of a code block": ("do $$ begin perform pg_advisory_lock(4711); end $$", "advisory lock", "do ?",
                               "select pg_advisory_unlock_all()"),
    "a cursor": ("declare c cursor with hold for select 'secret'", "held cursor", "declare c cursor with hold for select ?", "close c"),
    "a statement": ("prepare p as select 'secret'", "named statement", "prepare p as select ?", "deallocate p"),
    "a name that is put together": ("select set_config('app.' || 'name', 'secret', false)", "settings",
                                    "select set_config(? || ?, ?, false)", "discard all"),
}


@pytest.mark.parametrize(("leave", "reason", "pattern", "undo"), PINS.values(), ids=PINS)
@pytest.mark.parametrize("protocol", ["simple", "extended"])
def test_a_pin_is_seen_with_its_reason_and_its_statement_until_it_is_gone(start_howdah, leave, reason, pattern, undo, protocol):
    howdah = start_howdah(pool={"max_size": 1, "acquire_timeout": "1s"}, workers=1)
    with wire.connect(howdah, application_name="pinner", **APP) as client, wire.connect(howdah, **APP) as other:
        run = client.query if protocol == "simple" else client.execute
        assert run(leave).error is None
        [pin] = wait_until(lambda: show(howdah, "pins"))
        assert (pin["reason"], pin["statement"], pin["application_name"]) == (reason, pattern, "pinner")
        assert [one["pin_reason"] for one in show(howdah, "clients") if one["ptr"] == pin["client"]] == [reason]
        assert [one["pin_reason"] for one in show(howdah, "servers") if one["ptr"] == pin["server"]] == [reason]
        refused = other.query("select 1")
        assert refused.sqlstate == "53300"
        assert f"Kept by their clients: 1 for {reason}." in refused.error["D"]
        assert run("select 1").error is None  # and it may go on
        assert run(undo).error is None
        wait_until(lambda: not show(howdah, "pins"))
        assert other.query("select 'free'").value == "free"
    assert re.search(f'client pinned .*reason="?{reason}', howdah.log())
    assert "secret" not in howdah.log()


def test_what_goes_unseen_is_found_gone_after_a_while_or_when_somebody_waits(start_howdah, postgres):
    postgres.rows("create or replace function tidy() returns void language plpgsql as 'begin perform pg_advisory_unlock_all(); end'",
                  database="app")
    howdah = start_howdah(pool={"max_size": 1, "acquire_timeout": "20s"})
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as other:
        client.query("select pg_advisory_lock(1)")
        wait_until(lambda: show(howdah, "pins"))
        client.query("select tidy()")
        assert other.query("select 'free'").value == "free"
        assert not show(howdah, "pins")


def test_pins_are_counted(start_howdah):
    howdah = start_howdah(pool={"max_size": 2})
    with wire.connect(howdah, **APP) as client:
        client.query("select pg_advisory_lock(1)")
        wait_until(lambda: show(howdah, "pins"))
        wait_until(lambda: metric(howdah, "howdah_pins_total") == 1)
        wait_until(lambda: metric(howdah, "howdah_state_probes_total") == 1)
        client.query("select 1")
        client.query("select pg_advisory_unlock(1)")
        wait_until(lambda: not show(howdah, "pins"))
        assert metric(howdah, "howdah_pins_total") == 1


def test_who_leaves_nothing_is_asked_nothing(start_howdah):
    howdah = start_howdah(pool={"max_size": 2})
    with wire.connect(howdah, **APP) as client:
        for sql in ("select 1", "set work_mem = '2MB'", "reset work_mem", "begin", "set local work_mem = '3MB'",
                    "select set_config('app.tenant', '42', true)", "commit", "select set_config('app.tenant', '42', true)",
                    "create table if not exists plain (id int)", "insert into plain values (1) on conflict do nothing", "drop table plain"):
            assert client.query(sql).error is None
            assert client.execute(sql).error is None or sql.startswith("drop")
        assert metric(howdah, "howdah_state_probes_total") == 0
