"""Random wrong log-ins come out the same with and without howdah, and leave nothing behind. A failure names its seed."""

import os

import pytest

from support import login_script, usage, wire
from support.differential import compare, is_same
from support.waiting import wait_until

pytestmark = pytest.mark.beyond_pgbouncer

FIRST_SEED = int(os.environ.get("HOWDAH_TEST_SEED", "0"))


def is_like(expected, found):
    """The same, but for what PostgreSQL 15 and a newer one say to a newer version of the protocol; or a right log-in that
    howdah has dropped, since its client sent end of file before it had a server."""
    if any(line.startswith("v ") for line in [*expected, *found]):
        expected, found = ([line for line in lines if line[0] not in "vK"] for lines in (expected, found))
    if is_same(expected, found):
        return True
    same = len(found) - 1
    is_in = "R 0" in expected[: same + 1] or expected[same : same + 1] == ["R 12"]
    return found[-1] == "closed" and found[:-1] == expected[:same] and is_in


def run(direct, target, count):
    outcomes = set()
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        script, source, piece = login_script.script(seed)
        try:
            lines = compare(direct, target, script, piece, source=source, is_like=is_like)
        except AssertionError as difference:
            raise AssertionError(f"seed {seed}, from {source}:\n{difference}") from None
        outcomes.add("in" if any(line.startswith("Z ") for line in lines) else lines[-2] if len(lines) > 1 else lines[-1])
    return outcomes


def check_what_is_left(postgres, target, count, run_them):
    """No server connection is lost, no descriptor kept, and a log-in costs little."""
    with wire.connect(target, "scram_user", "postgres") as client:
        client.query("select 1")
        servers = postgres.rows("select pid from pg_stat_activity where usename = 'scram_user' order by pid")
        files, cost = target.open_files(), usage.processor_microseconds(target.pid)
        outcomes = run_them()
        cost = (usage.processor_microseconds(target.pid) - cost) / count
        now = postgres.rows("select pid from pg_stat_activity where usename = 'scram_user' order by pid")
        assert set(servers) <= set(now), "a server connection was lost"
        wait_until(lambda: target.open_files() <= files + 10, "descriptors are closed")
        assert client.query("select 1").value == "1"
    assert cost < 20_000, f"{cost:.0f} us of CPU for one log-in"
    assert len(outcomes) > 4, outcomes


@pytest.mark.howdah_only
@pytest.mark.time_limit(300)
def test_random_log_ins_end_as_at_postgres(postgres, direct, auth_howdah):
    check_what_is_left(postgres, auth_howdah, 400, lambda: run(direct, auth_howdah, 400))


@pytest.mark.howdah_only
@pytest.mark.long
@pytest.mark.time_limit(3600)
def test_ten_thousand_random_log_ins_end_as_at_postgres(postgres, direct, auth_howdah):
    check_what_is_left(postgres, auth_howdah, 10_000, lambda: run(direct, auth_howdah, 10_000))
