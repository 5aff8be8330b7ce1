"""pool.state.max_pinned: a part of a pool that no client can keep for itself."""

import contextlib

import pytest

from support import wire
from support.console import metric
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

APP = {"user": "app", "database": "app"}
LOCK = "select pg_advisory_lock_shared(4712)"


def pinned(howdah):
    return metric(howdah, "howdah_pool_servers", 'state="pinned"')


def pin_count(howdah):
    with wire.connect(howdah, howdah.admin_user, "howdah") as console:
        return len(console.query("show pins").rows)


@pytest.mark.parametrize("workers", [1, 4])
def test_who_would_keep_one_more_is_ended_behind_its_answer(start_howdah, workers):
    howdah = start_howdah(pool={"max_size": 4, "state": {"max_pinned": 2}}, workers=workers)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(wire.connect(howdah, **APP)) for _ in range(5)]
        for client in clients[:2]:
            assert client.query(LOCK).error is None
        wait_until(lambda: pinned(howdah) == 2)
        for client in clients[2:4]:
            answer = client.query(LOCK)
            assert (answer.sqlstate, answer.status) == (None, "I")
            fatal = client.read_until("E").error
            assert (fatal["S"], fatal["C"]) == ("FATAL", "53400")
            assert "advisory lock" in fatal["D"] and "2 may be kept" in fatal["D"] and "max_pinned" in fatal["H"]
        assert clients[4].query("select 'free'").value == "free"
        wait_until(lambda: pinned(howdah) == 2)
        wait_until(lambda: metric(howdah, "howdah_pins_refused_total") == 2)
        assert metric(howdah, "howdah_pool_servers_pinned_max") == 2
        locks = "select count(distinct pid) from pg_locks where locktype = 'advisory' and objid = 4712"
        wait_until(lambda: clients[4].query(locks).value == "2")
        # Those that keep one go on, and once one lets go there is room for another.
        assert clients[0].query("create temp table t (a int)").error is None
        assert clients[1].query("select pg_advisory_unlock_shared(4712)").error is None
        wait_until(lambda: pin_count(howdah) == 1)
        assert clients[4].query(LOCK).error is None
        assert clients[4].query("select 'kept'").value == "kept"
        clients[4].close()
        clients[0].close()
        wait_until(lambda: pinned(howdah) == 0)


def test_without_a_limit_all_may_be_kept(start_howdah):
    howdah = start_howdah(pool={"max_size": 2, "acquire_timeout": "1s"}, workers=1)
    with wire.connect(howdah, **APP) as one, wire.connect(howdah, **APP) as two, wire.connect(howdah, **APP) as three:
        assert one.query(LOCK).error is None
        assert two.query(LOCK).error is None
        assert "Kept by their clients: 2 for advisory lock." in three.query("select 1").error["D"]
