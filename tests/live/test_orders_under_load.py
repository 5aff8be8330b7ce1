"""Orders at random under load: no query is lost or answered twice. Clients keep a ledger of what was acknowledged."""

import os
import random

import pytest

from support import wire
from support.howdah_process import fewer_if_sanitized
from support.ledger import LedgerClient, check_ledger, ledger_table, load_of

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

CLIENTS = 8
ORDERS = fewer_if_sanitized(200)


def pause(dice):
    database = dice.choice(["", " app"])
    yield f"pause{database}"
    yield f"resume{database}"


def kill(dice):
    yield "kill app"
    yield "resume app"


def reconnect(dice):
    yield dice.choice(["reconnect", "reconnect app"])
    if dice.random() < 0.5:
        yield "wait_close app"


def disable(dice):
    yield "disable app"
    yield "enable app"


def reload(dice):
    yield "reload"


def resize(dice):
    yield f"set databases.*.pool.max_size = {dice.randint(1, 4)}"


PEACEFUL = [pause, reconnect, disable, reload, resize]


@pytest.fixture(autouse=True)
def table(postgres):
    with ledger_table(postgres):
        yield


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("is_killing", [False, True], ids=["peaceful", "killing"])
def test_nothing_is_lost_or_done_twice(start_howdah, postgres, workers, is_killing):
    seed = int(os.environ.get("HOWDAH_TEST_SEED", random.randrange(1 << 30)))
    dice = random.Random(seed)
    howdah = start_howdah(workers=workers, pool={"max_size": 3, "acquire_timeout": "60s"})
    clients = [LedgerClient(howdah, f"c{number}", is_killing) for number in range(CLIENTS)]
    orders = PEACEFUL + [kill] * is_killing
    with load_of(clients), wire.connect(howdah, "postgres", "howdah", timeout=60) as console:
        for _ in range(ORDERS):
            for order in dice.choice(orders)(dice):
                result = console.query(order)
                assert result.sqlstate is None, f"seed {seed}: {order}: {result.error}"
    check_ledger(postgres, clients, f"seed {seed}")
