"""A hundred clients with more statements each than any server may keep: all of them work, servers keep their limit, and what
nobody names any more is freed."""

import re
import threading

import pytest

from support import wire
from support.howdah_process import is_sanitized
from support.messages import SYNC, bind, close_statement, execute, int16, int32, message, parse, text
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.time_limit(3600)]

CLIENTS = 100
BATCH = 50
PER_SERVER = 100
MOST_BYTES_PER_NAME = 700  # text, its key, its place in two tables, the client's name


class Client:
    """Prepares and runs statements of its own in batches and keeps the last `held` names open, as drivers with a cache do.
    Each answer is compared byte by byte."""

    def __init__(self, howdah, number, held):
        self.connection = wire.connect(howdah, timeout=300)
        self.number = number
        self.held = held
        self.count = 0

    def run_anew(self):
        """A batch of statements that nobody has prepared."""
        sent, expected = [], []
        for _ in range(BATCH):
            content = f"{self.number}.{self.count}"
            sent.append(parse(f"s{self.count}", f"select '{content}'"))
            expected.append(message("1"))
            self._run(self.count, sent, expected)
            if self.count >= self.held:
                sent.append(close_statement(f"s{self.count - self.held}"))
                expected.append(message("3"))
            self.count += 1
        self._compare(sent, expected)

    def run_again(self):
        """All that are held, the oldest first: most of them are on no server any more."""
        sent, expected = [], []
        for count in range(max(0, self.count - self.held), self.count):
            self._run(count, sent, expected)
            if len(sent) >= 2 * BATCH:
                self._compare(sent, expected)
        self._compare(sent, expected)

    def _run(self, count, sent, expected):
        content = f"{self.number}.{count}"
        sent.append(bind("", f"s{count}") + execute(""))
        row = int16(1) + int32(len(content)) + content.encode()
        expected.append(message("2") + message("D", row) + message("C", text("SELECT 1")))

    def _compare(self, sent, expected):
        self.connection.send(b"".join(sent) + SYNC)
        answer = b"".join(expected) + message("Z", b"I")
        assert self.connection.take(len(answer)) == answer
        sent.clear()
        expected.clear()


def run_all(clients, work):
    failures = []

    def run(client):
        try:
            work(client)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=run, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[0]


def held_texts(howdah):
    _, page = howdah.get("/metrics")
    return int(re.search(r"^howdah_pool_prepared_statements\{.*\} (\d+)$", page, re.MULTILINE)[1])


def run_clients(howdah, first, count, held):
    clients = [Client(howdah, first + number, held) for number in range(CLIENTS)]

    def work(client):
        while client.count < count:
            client.run_anew()
        client.run_again()

    run_all(clients, work)
    return clients


@pytest.mark.parametrize(
    ("count", "held"),
    [(300, 300), pytest.param(10_000, 10_000, marks=pytest.mark.long), pytest.param(100_000, 200, marks=pytest.mark.long)],
    ids=str,
)
def test_more_statements_than_servers_may_keep(start_howdah, postgres, count, held):
    howdah = start_howdah(pool={"max_size": 4, "acquire_timeout": "300s", "prepared_statements": {"per_server": PER_SERVER}})
    before = howdah.rss_kb()
    clients = run_clients(howdah, 0, count, held)
    bytes_per_name = (howdah.rss_kb() - before) * 1024 / (CLIENTS * held)
    print(f"{CLIENTS} clients, {count} statements each, {held} held: {bytes_per_name:.0f} bytes for each name")
    assert bytes_per_name < MOST_BYTES_PER_NAME * (1 if not is_sanitized() else 20)
    for _ in range(4):
        with wire.connect(howdah) as client:
            found = client.query("begin; select count(*) from pg_prepared_statements; rollback")
            assert int(found.value) <= PER_SERVER + BATCH
    most = howdah.rss_kb()
    for client in clients:
        client.connection.close()
    wait_until(lambda: held_texts(howdah) <= 4 * (PER_SERVER + 2 * BATCH), "only what servers have is held")
    # The allocator need not give it back to the kernel: it is free if as many others need no more.
    for client in run_clients(howdah, CLIENTS, held, held):
        client.connection.close()
    assert howdah.rss_kb() < most + (most - before) / 5 or is_sanitized()
