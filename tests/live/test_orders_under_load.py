"""Orders at random under load: no query is lost or answered twice. Clients keep a ledger of what was acknowledged."""

import os
import random
import threading

import pytest

from support import wire
from support.howdah_process import fewer_if_sanitized

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

CLIENTS = 8
ORDERS = fewer_if_sanitized(200)
TABLE = "orders_ledger"


class Client(threading.Thread):
    """Reads and transfers, each with a tag of its own, until it is told to stop. What breaks its connection is an order."""

    def __init__(self, howdah, name, is_killing):
        super().__init__()
        self.howdah, self.prefix, self.is_killing = howdah, name, is_killing
        self.acknowledged, self.doubtful, self.failures = [], [], []
        self.is_over = threading.Event()
        self.count = self.reconnects = 0

    def run(self):
        connection = None
        while not self.is_over.is_set():
            tag = f"{self.prefix}-{self.count}"
            self.count += 1
            try:
                connection = connection or wire.connect(self.howdah, "app", "app", timeout=60)
                self.ask(connection, tag)
            except wire.ServerError as error:
                is_ordered = error.sqlstate == "57P03" or (self.is_killing and error.sqlstate == "57P01")
                if not is_ordered:
                    self.failures.append((tag, error))
            except (OSError, wire.ConnectionClosed) as error:
                self.end(connection, tag, error)
                connection = None
        if connection:
            connection.close()

    def ask(self, connection, tag):
        result = connection.query(f"select '{tag}'")
        if result.error and result.error["S"] == "FATAL":
            raise wire.ConnectionClosed(result.error["M"])
        if (result.sqlstate, result.value if result.rows else None) != (None, tag):
            self.failures.append((tag, result.error, result.rows))
        self.doubtful.append(tag)
        result = connection.query(f"begin; insert into {TABLE} values ('{tag}'); select pg_sleep(random() / 1000); commit")
        if result.error and result.error["S"] == "FATAL":
            raise wire.ConnectionClosed(result.error["M"])
        if result.sqlstate or result.tags[-1] != "COMMIT" or result.status != "I":
            return self.failures.append((tag, result.error, result.tags))
        self.acknowledged.append(self.doubtful.pop())

    def end(self, connection, tag, error):
        self.reconnects += 1
        if connection:
            connection.close()
        if not self.is_killing:
            self.failures.append((tag, error))


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


@pytest.fixture
def table(postgres):
    with postgres.connect("app") as connection, connection.cursor() as cursor:
        cursor.execute(f"drop table if exists {TABLE}; create table {TABLE} (tag text); grant all on {TABLE} to public")
    yield TABLE
    with postgres.connect("app") as connection, connection.cursor() as cursor:
        cursor.execute(f"drop table {TABLE}")


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("is_killing", [False, True], ids=["peaceful", "killing"])
def test_nothing_is_lost_or_done_twice(start_howdah, postgres, table, workers, is_killing):
    seed = int(os.environ.get("HOWDAH_TEST_SEED", random.randrange(1 << 30)))
    dice = random.Random(seed)
    howdah = start_howdah(workers=workers, pool={"max_size": 3, "acquire_timeout": "60s"})
    clients = [Client(howdah, f"c{number}", is_killing) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    orders = PEACEFUL + [kill] * is_killing
    try:
        with wire.connect(howdah, "postgres", "howdah", timeout=60) as console:
            for _ in range(ORDERS):
                for order in dice.choice(orders)(dice):
                    result = console.query(order)
                    assert result.sqlstate is None, f"seed {seed}: {order}: {result.error}"
    finally:
        for client in clients:
            client.is_over.set()
        for client in clients:
            client.join(60)
    assert not any(client.is_alive() for client in clients), f"seed {seed}: a client hangs"
    assert [failure for client in clients for failure in client.failures] == [], f"seed {seed}"
    done = [row[0] for row in postgres.rows(f"select tag from {table}", database="app")]
    acknowledged = {tag for client in clients for tag in client.acknowledged}
    doubtful = {tag for client in clients for tag in client.doubtful}
    assert len(done) == len(set(done)), f"seed {seed}: done twice"
    assert acknowledged <= set(done) <= acknowledged | doubtful, f"seed {seed}"
    assert all(client.acknowledged for client in clients), f"seed {seed}: a client did nothing"
    assert len(doubtful) <= sum(client.reconnects for client in clients), f"seed {seed}"
