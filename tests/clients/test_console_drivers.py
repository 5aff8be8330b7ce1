"""Drivers on the console: shows read by their names and types, and orders with parameters where the driver sends any."""

import subprocess
import sys

import pytest

from support import wire
from support.client_programs import FOLDER, Builder, finish, start

pytestmark = [pytest.mark.time_limit(120), pytest.mark.howdah_only]

EXPECTED = [
    "pool: app 2",
    "transactions: 12",
    "pause: PAUSE",
    "resume: RESUME",
    "again: 08P01 database app is not paused",
    "version: howdah",
    "exit status 0",
]
PYTHON_WAYS = ["psycopg2", "psycopg2 in transactions", "psycopg3", "psycopg3 in binary", "asyncpg"]
OWN_LINES = {"psycopg3": ["kill: KILL_CLIENT"], "psycopg3 in binary": ["kill: KILL_CLIENT"]}


@pytest.fixture(scope="module")
def builder():
    builder = Builder()
    yield builder
    builder.remove()


@pytest.fixture
def used(start_howdah):
    """A howdah with one client that has run twelve transactions."""
    howdah = start_howdah(pool={"max_size": 2})
    with wire.connect(howdah, "app", "app") as client:
        for _ in range(12):
            client.query("select 1")
        yield howdah


@pytest.mark.parametrize("way", PYTHON_WAYS)
def test_python(used, way):
    program = start([sys.executable, str(FOLDER / "console.py")], used, way, ())
    found = [line.replace("resume: []", "resume: RESUME") for line in finish(program)]
    assert [line for line in found if line not in OWN_LINES.get(way, [])] == EXPECTED
    assert [line for line in found if line in OWN_LINES.get(way, [])] == OWN_LINES.get(way, [])


def test_node_postgres(used, builder):
    assert finish(start(builder.node("pg_console.js"), used, 0, ())) == EXPECTED


@pytest.mark.parametrize("options", [(), ("prepareThreshold=1",), ("preferQueryMode=simple",)], ids=str)
def test_jdbc(used, builder, options):
    assert finish(start(builder.java("Console"), used, 0, options)) == EXPECTED


def test_psql(used):
    command = ["psql", "-X", "-At", "-h", used.host, "-p", str(used.port), "-U", "postgres", "-d", "howdah"]
    orders = ["-c", "pause app", "-c", "resume app", "-c", "show databases", "-c", r"\conninfo"]
    done = subprocess.run([*command, *orders], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout.splitlines()[:2] == ["PAUSE", "RESUME"], done
