"""What clients leave on a server, in whatever way they go, the next client does not find: it cannot tell its server from
one that has just logged in. What a client leaves follows it, when it is moved between servers.

Random clients leave state, in all ways of SQL and of the protocol, on the one server of a pool. A failure names its seed and
shows what was sent; HOWDAH_TEST_SEED is where seeds begin. HOWDAH_TEST_PROGRAMS=10000 plays as many, with --long."""

import os

import pytest

from support import leaky_statements as statements
from support.leak_program import LeakProgram
from support.leak_runner import LeakRunner, by_socket
from support.leaky_schema import DROP_SCHEMA, SCHEMA
from support.moving_runner import DATABASES, MovingRunner
from support.ways_to_leave import WAYS

pytestmark = pytest.mark.howdah_only

FIRST_SEED = int(os.environ.get("HOWDAH_TEST_SEED", "0"))
POOL = {"max_size": 1, "query_timeout": "200ms", "idle_in_transaction_timeout": "50ms"}


def value_of(setting):
    """Without its source."""
    return str(setting).rsplit(" from ", 1)[0]


def is_startup_setting(key, expected, found):
    sources_fit = str(expected).endswith(" from client") and str(found).endswith(" from session")
    return key[0] == "setting" and sources_fit and value_of(expected) == value_of(found)


# In what the next client may differ from one that logs in at PostgreSQL itself, and why. The seed of random() is one more:
# nothing sets it back, and nobody could tell it from chance.
DOCUMENTED = {
    "PostgreSQL never forgets a custom setting that it has met: it is empty then, not unknown":
        lambda key, expected, found: key[0] == "custom" and (expected, found) == (None, ""),
    "each transaction has these anew; the source tells only that one has set them":
        lambda key, expected, found: key[1].startswith("transaction_") and value_of(expected) == value_of(found),
    "what a client asks for at its start is set for it, so that its source is the session":
        is_startup_setting,
    "PostgreSQL loads the library of a language when it is first used, and lists its settings from then on":
        lambda key, expected, found: key[1].startswith("plpgsql.") and expected is None and found.endswith(" from default"),
    "a temporary schema stays, empty, as long as its backend":
        lambda key, expected, found: key == ("own schema", "exists") and (expected, found) == ("false", "true"),
}


def reason_for(difference):
    return next((reason for reason, allows in DOCUMENTED.items() if allows(*difference)), None)


@pytest.fixture
def schema(postgres):
    for database in DATABASES:
        postgres.rows(SCHEMA, database=database)
    postgres.rows("select pg_replication_origin_create('leaks')")
    yield
    postgres.rows("select pg_replication_origin_drop('leaks')")
    for database in DATABASES:
        postgres.rows(DROP_SCHEMA, database=database)


@pytest.fixture
def runner(postgres, schema, start_howdah):
    watcher = postgres.connect("app")
    yield LeakRunner(postgres, start_howdah(pool=POOL, client={"half_close_timeout": "50ms"}), watcher)
    watcher.close()


def play(runner, count):
    """Which documented differences were met."""
    met = set()
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        program = LeakProgram(seed)
        found = [(reason_for(one), one) for one in runner.play(program)]
        left = [str(one) for reason, one in found if not reason]
        assert not left, "\n".join([f"seed {seed}:", program.text(), "", "what, after a log-in, after these:", *left])
        met |= {reason for reason, _ in found}
    assert runner.same_backend * 2 >= runner.runs, f"{runner.same_backend} of {runner.runs} met the same backend"
    return met


def test_the_grammar_is_large():
    assert sum(map(len, statements.leaving())) >= 60
    assert len(WAYS) == 9


@pytest.mark.time_limit(300)
def test_the_next_client_finds_a_server_as_after_a_log_in(runner):
    assert play(runner, 500) == DOCUMENTED.keys(), "who no longer differs is to be struck off the list"


@pytest.mark.long
@pytest.mark.time_limit(7200)
def test_ten_thousand_programs_leave_nothing(runner):
    play(runner, int(os.environ.get("HOWDAH_TEST_PROGRAMS", "10000")))


@pytest.mark.time_limit(300)
def test_a_client_that_moves_finds_what_it_left_and_nothing_else(postgres, schema, start_howdah):
    runner = MovingRunner(by_socket(postgres), start_howdah(pool={"max_size": 2, "state": {"sequence_values": "pin"}}))
    count = 500
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        client, found = runner.play(seed)
        # Of two servers either one may be the one that has met something.
        left = [one for one in found if not reason_for(one) and not reason_for((one[0], *one[:0:-1]))]
        assert not left, "\n".join([f"seed {seed}:", client.text(), "", "what, directly, through howdah:", *map(str, left)])
    runner.close()
    assert runner.mover.moves > count
