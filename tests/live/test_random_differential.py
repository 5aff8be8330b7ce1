"""Random conversations come out the same with and without howdah. A failure names its seed."""

import os

import pytest

from support.differential import compare
from support.random_script import script

pytestmark = pytest.mark.beyond_pgbouncer

LOGIN = {"user": "postgres", "database": "postgres"}
FIRST_SEED = int(os.environ.get("HOWDAH_TEST_SEED", "0"))


@pytest.fixture(scope="module", autouse=True)
def random_rows(postgres):
    postgres.rows("create table if not exists random_rows (id int)")
    yield
    postgres.rows("drop table random_rows")


def run(direct, target, count):
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        try:
            compare(direct, target, script(seed), piece=[None, None, 5, None, None, 1][seed % 6], login=LOGIN)
        except AssertionError as difference:
            raise AssertionError(f"seed {seed}:\n{difference}") from None


@pytest.mark.time_limit(300)
def test_random_conversations_are_what_postgres_makes_them(direct, shared_howdah):
    run(direct, shared_howdah, 150)


@pytest.mark.long
@pytest.mark.time_limit(3600)
def test_many_random_conversations_are_what_postgres_makes_them(direct, shared_howdah):
    run(direct, shared_howdah, 6000)
