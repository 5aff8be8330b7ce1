"""Drivers with their default settings, in transaction mode: six programs at once over two servers print what one does that
is connected to PostgreSQL itself. With --write-clients the table in README.md is written from what was seen."""

import difflib
import re

import pytest

from support import readme
from support.client_programs import Builder, Program, finish, start
from support.other_targets import DirectTarget

pytestmark = [pytest.mark.time_limit(180), pytest.mark.beyond_pgbouncer]

AT_ONCE = 6

PROGRAMS = [
    Program("python", "asyncpg"),
    Program("python", "asyncpg", ("statement_cache_size=0",)),
    Program("python", "asyncpg", ("pool",)),
    Program("python", "asyncpg", ("ddl",)),
    Program("python", "psycopg3"),
    Program("python", "psycopg2"),
    Program("node", "pg_client.js"),
    Program("node", "postgres_client.mjs"),
    Program("node", "postgres_client.mjs", ("ddl",)),
    Program("java", "JdbcClient"),
    Program("java", "JdbcClient", ("prepareThreshold=1", "reWriteBatchedInserts=true", "assumeMinServerVersion=15")),
    Program("java", "JdbcClient", ("autosave=always", "assumeMinServerVersion=15")),
    Program("go", "pq"),
    Program("go", "pgx"),
    Program("c", "pipeline_client"),
]


@pytest.fixture(scope="module")
def builder():
    builder = Builder()
    yield builder
    builder.remove()


@pytest.fixture(scope="module")
def rows(request):
    """Of the table: (driver and version, options, what ran, result)."""
    rows = []
    yield rows
    if request.config.getoption("--write-clients"):
        write_table(rows)


def title(program):
    return program.title if isinstance(program, Program) else None


@pytest.mark.parametrize("program", PROGRAMS, ids=title)
def test_six_at_once_print_what_one_prints_directly(program, builder, rows, postgres, start_howdah):
    howdah = start_howdah(pool={"max_size": 2, "acquire_timeout": "10s"})
    command = builder.command(program)
    expected = finish(start(command, DirectTarget(postgres), 0, program.options))
    assert expected[-1] == "exit status 0", "\n".join(expected)
    instances = [start(command, howdah, number, program.options) for number in range(1, AT_ONCE + 1)]
    answers = [finish(instance) for instance in instances]
    pins = set(re.findall(r'client pinned .* reason=(".*?"|\S+)', howdah.log()))
    rows.append(table_row(program, expected, answers, pins))
    for found in answers:
        assert found == expected, "\n".join(difflib.unified_diff(expected, found, "PostgreSQL", "through howdah", lineterm=""))
    assert pins == program.pins


def table_row(program, expected, answers, pins):
    """What the lines were about, in order, and what came of it."""
    driver, *others = expected[:-1]
    what = list(dict.fromkeys(line.partition(":")[0] for line in others))
    result = "same answers" if all(found == expected for found in answers) else "**differs**"
    if pins:
        result += f"; keeps its server ({', '.join(sorted(pins))})".replace('"', "")
    return [driver.partition(":")[2].replace('"', "").strip(), " ".join(program.options), "; ".join(what), result]


def write_table(rows):
    head = ["driver", "options other than the defaults", "what it does", f"{AT_ONCE} at once over 2 servers"]
    lines = ["| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows]]
    readme.write("clients", "\n".join(lines))
