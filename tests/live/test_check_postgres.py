"""check_postgres, which was written for PgBouncer, unchanged: it tells of howdah what it tells of PgBouncer."""

import re
import shutil
import subprocess

import pytest

from support import wire
from support.other_targets import PgbouncerTarget

PROGRAM = "check_postgres"
ACTIONS = """pgb_pool_cl_active pgb_pool_cl_waiting pgb_pool_maxwait pgb_pool_sv_active pgb_pool_sv_idle pgb_pool_sv_login
pgb_pool_sv_tested pgb_pool_sv_used""".split()

pytestmark = [pytest.mark.howdah_only, pytest.mark.skipif(not shutil.which(PROGRAM), reason=f"{PROGRAM} is not installed")]


def check(target, action, warning="50", critical="60"):
    command = [PROGRAM, f"--action={action}", f"--host={target.host}", f"--port={target.port}", "--dbuser=postgres"]
    command += ["--dbname=pgbouncer", f"--warning={warning}", f"--critical={critical}"]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)


@pytest.fixture
def targets(start_howdah, postgres):
    """Howdah and PgBouncer, each with a client that has a transaction open."""
    howdah = start_howdah(client={"max_connections": 1000})
    pgbouncer = PgbouncerTarget(postgres, {"databases": {"*": {"pool": {}}}})
    try:
        pgbouncer.start()
        with wire.connect(howdah) as one, wire.connect(pgbouncer) as other:
            for client in (one, other):
                client.query("begin; select 1")
            yield howdah, pgbouncer
    finally:
        pgbouncer.remove()


def test_pools_are_checked_unchanged(targets):
    for action in ACTIONS:
        found, expected = (check(target, action) for target in targets)
        figure = re.compile(r"postgres=(\d+);50;60")
        assert (found.returncode, expected.returncode) == (0, 0), found
        assert figure.search(found.stdout).group(1) == figure.search(expected.stdout).group(1), action


def test_the_limit_of_clients_is_found(targets):
    found = check(targets[0], "pgbouncer_backends", "50%", "60%")
    assert found.returncode == 0 and " of 1000 connections" in found.stdout, found
