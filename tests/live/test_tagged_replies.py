"""No client ever sees a byte meant for another: every reply is tagged and checked, under every disturbance."""

import random
import threading

import pytest

from support import wire
from support.messages import COPY_DONE, FLUSH, SYNC, copy_data, extended, query
from support.other_targets import target_name
from support.watch import ServerCount, run_in_threads

pytestmark = [pytest.mark.beyond_pgbouncer, pytest.mark.threads]


def app(howdah, **more):
    return wire.connect(howdah, "app", "app", **{"timeout": 60, **more})


class Lost(Exception):
    """The connection ended; what it said until then was right."""


class TaggedClient:
    """Asks for its own name and a running number in every way there is, and checks that it gets just that."""

    def __init__(self, howdah, number, may_be_killed=False):
        self.howdah, self.number, self.may_be_killed = howdah, number, may_be_killed
        self.generator = random.Random(number)
        self.sequence = 0
        self.checked = 0
        self.connection = None

    def tag(self):
        self.sequence += 1
        return f"client-{self.number}-{self.sequence}"

    def check(self, tag, result):
        allowed = {None, "57014"} | ({"57P01", "08006", "25P02"} if self.may_be_killed else set())
        assert result.sqlstate in allowed, result.error
        for row in result.of("D"):
            assert row.values[0] == tag.encode(), f"{tag} got {row.values[0]!r}"
        for line in result.of("d"):
            assert line.body == tag.encode() + b"\n", f"{tag} got {line.body!r}"
        self.checked += 1

    def ask(self, content, tag):
        self.connection.send(content)
        self.check(tag, self.connection.ready())

    def simple(self):
        tag = self.tag()
        self.ask(query(f"select '{tag}'"), tag)

    def extended(self):
        tag = self.tag()
        self.ask(extended("select $1::text", [tag]) + SYNC, tag)

    def large(self):
        tag = self.tag()
        self.ask(query(f"select '{tag}', repeat('x', 5000) from generate_series(1, 40)"), tag)

    def pipeline(self):
        tags = [self.tag() for _ in range(self.generator.randint(2, 8))]
        self.connection.send(b"".join(extended("select $1::text", [tag]) + SYNC for tag in tags))
        for tag in tags:
            self.check(tag, self.connection.ready())

    def flush(self):
        tag = self.tag()
        self.connection.send(extended("select $1::text", [tag]) + FLUSH)
        first = self.connection.read_until("CE")
        self.check(tag, first)
        self.ask((SYNC if first.error else extended("select $1::text", [tag]) + SYNC), tag)

    def transaction(self):
        self.connection.query("begin")
        for _ in range(3):
            self.simple()
        self.connection.query(self.generator.choice(["commit", "rollback"]))

    def failed(self):
        tag = self.tag()
        result = self.connection.query(f"select '{tag}'::int")
        if not self.may_be_killed:
            assert result.sqlstate == "22P02" and tag in result.error["M"]

    def copy_out(self):
        tag = self.tag()
        self.ask(query(f"copy (select '{tag}' from generate_series(1, 20)) to stdout"), tag)

    def copy_in(self):
        tag = self.tag()
        self.connection.send(
            query("begin; create temp table mine (t text) on commit drop; copy mine from stdin")
            + copy_data(f"{tag}\n") * 3 + COPY_DONE + query("select t from mine") + query("rollback")
        )
        for _ in range(3):
            self.check(tag, self.connection.ready())

    def cancelled(self):
        tag = self.tag()
        self.connection.send(query(f"select '{tag}' from pg_sleep(0.05)"))
        self.connection.cancel()
        self.check(tag, self.connection.ready())

    WAYS = (simple, simple, extended, extended, large, pipeline, flush, transaction, failed, copy_out, copy_in, cancelled)

    def turn(self):
        """One question; or, now and then, a new connection after vanishing in the middle of one."""
        if self.connection is None:
            self.connection = app(self.howdah)
        try:
            if self.generator.random() < 0.05:
                self.vanish()
            else:
                self.generator.choice(self.WAYS)(self)
        except (wire.ConnectionClosed, OSError):
            if not self.may_be_killed:
                raise
            self.connection.close()
            self.connection = None

    def vanish(self):
        tag = self.tag()
        content = (extended("select $1::text", [tag]) + SYNC + query(f"begin; select '{tag}'")) * 3
        self.connection.send(content[: self.generator.randrange(1, len(content))])
        self.generator.choice([self.connection.close, self.connection.reset])()
        self.connection = None


def run(howdah, clients, turns, may_be_killed=False):
    checked = []
    all_are_connected = threading.Barrier(clients, timeout=60)

    def work(number):
        client = TaggedClient(howdah, number, may_be_killed)
        client.connection = app(howdah)
        all_are_connected.wait()
        for _ in range(turns):
            client.turn()
        checked.append(client.checked)
        if client.connection:
            client.connection.close()

    run_in_threads(clients, work, timeout=600)
    assert sum(checked) > clients * turns / 2


@pytest.mark.time_limit(300)
def test_two_hundred_clients_on_four_servers_get_their_own_replies(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 4, "acquire_timeout": "120s"})
    is_pooled = target_name() != "direct"
    with ServerCount(postgres) as count:
        run(howdah, 200 if is_pooled else 80, 30)
    assert count.most <= 4 or not is_pooled


@pytest.mark.pooler_only
@pytest.mark.time_limit(300)
def test_replies_stay_their_own_while_servers_are_killed(start_howdah, own_postgres):
    howdah = start_howdah(cluster=own_postgres, pool={"max_size": 4, "acquire_timeout": "120s"})
    stopped = threading.Event()
    killed = []

    def kill():
        connection = own_postgres.connect()
        cursor = connection.cursor()
        while not stopped.wait(0.15):
            cursor.execute(
                "select count(pg_terminate_backend(pid)) from"
                " (select pid from pg_stat_activity where datname = 'app' order by random() limit 1) one"
            )
            killed.append(cursor.fetchone()[0])
        connection.close()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        for _ in range(20):  # until enough have been killed
            run(howdah, 60, 30, may_be_killed=True)
            if sum(killed) > 5:
                break
    finally:
        stopped.set()
        killer.join()
    assert sum(killed) > 5
    with app(howdah) as client:
        assert client.query("select 'alive'").value == "alive"


@pytest.mark.long
@pytest.mark.time_limit(1800)
def test_half_a_million_replies_stay_their_own(start_howdah):
    run(start_howdah(pool={"max_size": 4, "acquire_timeout": "300s"}), 200, 2500)
