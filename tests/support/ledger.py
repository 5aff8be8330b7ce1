"""A load that keeps a ledger: clients read and transfer, each time with a tag of their own, and note what was acknowledged."""

import contextlib
import threading
import time

from support import wire

TABLE = "orders_ledger"


class LedgerClient(threading.Thread):
    """Reads and transfers, each with a tag of its own, until it is told to stop. What breaks its connection is an order."""

    def __init__(self, howdah, name, is_killing=False, password=None):
        super().__init__()
        self.howdah, self.prefix, self.is_killing, self.password = howdah, name, is_killing, password
        self.acknowledged, self.doubtful, self.failures = [], [], []
        self.is_over = threading.Event()
        self.count = self.reconnects = 0
        self.longest = 0.0  # seconds for one transfer that was acknowledged

    def run(self):
        connection = None
        while not self.is_over.is_set():
            tag = f"{self.prefix}-{self.count}"
            self.count += 1
            try:
                connection = connection or wire.connect(self.howdah, "app", "app", self.password, timeout=60)
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
        begun = time.monotonic()
        result = connection.query(f"begin; insert into {TABLE} values ('{tag}'); select pg_sleep(random() / 1000); commit")
        if result.error and result.error["S"] == "FATAL":
            raise wire.ConnectionClosed(result.error["M"])
        if result.sqlstate or result.tags[-1] != "COMMIT" or result.status != "I":
            return self.failures.append((tag, result.error, result.tags))
        self.longest = max(self.longest, time.monotonic() - begun)
        self.acknowledged.append(self.doubtful.pop())

    def end(self, connection, tag, error):
        self.reconnects += 1
        if connection:
            connection.close()
        if not self.is_killing:
            self.failures.append((tag, error))


@contextlib.contextmanager
def ledger_table(postgres):
    """Where the clients write, in the database app."""
    with postgres.connect("app") as connection, connection.cursor() as cursor:
        cursor.execute(f"drop table if exists {TABLE}; create table {TABLE} (tag text); grant all on {TABLE} to public")
    try:
        yield TABLE
    finally:
        with postgres.connect("app") as connection, connection.cursor() as cursor:
            cursor.execute(f"drop table {TABLE}")


@contextlib.contextmanager
def load_of(clients):
    """They run meanwhile, and have ended behind it."""
    for client in clients:
        client.start()
    try:
        yield
    finally:
        for client in clients:
            client.is_over.set()
        for client in clients:
            client.join(60)
    assert not any(client.is_alive() for client in clients), "a client hangs"


def check_ledger(postgres, clients, why=""):
    """Nothing was lost, nothing done twice, and nobody met an error."""
    assert [failure for client in clients for failure in client.failures] == [], why
    done = [row[0] for row in postgres.rows(f"select tag from {TABLE}", database="app")]
    acknowledged = {tag for client in clients for tag in client.acknowledged}
    doubtful = {tag for client in clients for tag in client.doubtful}
    assert len(done) == len(set(done)), f"{why}: done twice"
    assert acknowledged <= set(done) <= acknowledged | doubtful, why
    assert all(client.acknowledged for client in clients), f"{why}: a client did nothing"
    assert len(doubtful) <= sum(client.reconnects for client in clients), why
