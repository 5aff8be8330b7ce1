"""Random programs about prepared statements, from many clients at once over few servers, are answered as PostgreSQL answers.

Each client waits for a server while others have them, so that sessions move all the time. A failure names its seed, and
HOWDAH_TEST_SEED is where seeds begin. HOWDAH_TEST_PROGRAMS=1000000 plays a million, with --long."""

import multiprocessing
import os
from dataclasses import dataclass

import pytest

from support.howdah_process import fewer_if_sanitized
from support.program_runner import DATABASES, play_all

pytestmark = pytest.mark.howdah_only

FIRST_SEED = int(os.environ.get("HOWDAH_TEST_SEED", "0"))
CLIENTS = 6


@pytest.fixture(scope="module", autouse=True)
def no_tables_left(postgres):
    yield
    for database in DATABASES:
        for number in range(CLIENTS):
            postgres.rows(f"drop table if exists rows_{number}", database=database)


@dataclass
class Address:
    host: str
    port: int


def play_share(arguments):
    """In a process of its own; what went wrong as text."""
    direct, target, seeds, table = arguments
    try:
        return play_all(Address(*direct), Address(*target), seeds, table), None
    except BaseException as failure:
        return 0, f"{type(failure).__name__}: {failure}"


def play(direct, howdah, count):
    share = count // CLIENTS
    addresses = [(direct.host, direct.port), (howdah.host, howdah.port)]
    first = [FIRST_SEED + number * share for number in range(CLIENTS)]
    work = [(*addresses, range(first[number], first[number] + share), f"rows_{number}") for number in range(CLIENTS)]
    with multiprocessing.get_context("fork").Pool(CLIENTS) as pool:
        results = pool.map(play_share, work, chunksize=1)
    failures = [failure for _, failure in results if failure]
    assert not failures, "\n\n".join(failures)
    assert sum(known for known, _ in results) < count / 500


@pytest.mark.time_limit(400)
@pytest.mark.parametrize("servers", [2, 3])
def test_ten_thousand_programs_are_what_postgres_makes_them(direct, start_howdah, servers):
    play(direct, start_howdah(pool={"max_size": servers, "acquire_timeout": "60s"}), fewer_if_sanitized(9_996))


@pytest.mark.time_limit(300)
def test_programs_are_the_same_with_few_statements_kept_on_a_server(direct, start_howdah):
    pool = {"max_size": 2, "acquire_timeout": "60s", "prepared_statements": {"per_server": 2}}
    play(direct, start_howdah(pool=pool), fewer_if_sanitized(4_998))


@pytest.mark.threads
@pytest.mark.time_limit(300)
@pytest.mark.parametrize("per_server", [2, 500])
def test_programs_are_the_same_with_unnamed_statements_reused(direct, start_howdah, per_server):
    options = {"reuse_unnamed": True, "per_server": per_server}
    play(direct, start_howdah(pool={"max_size": 2, "acquire_timeout": "60s", "prepared_statements": options}), fewer_if_sanitized(4_998))


@pytest.mark.long
@pytest.mark.time_limit(7200)
def test_many_programs_are_what_postgres_makes_them(direct, start_howdah):
    count = int(os.environ.get("HOWDAH_TEST_PROGRAMS", "100000"))
    play(direct, start_howdah(pool={"max_size": 3, "acquire_timeout": "60s"}), count)
