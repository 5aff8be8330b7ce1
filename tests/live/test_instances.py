"""Several instances before one PostgreSQL: behind haproxy, as packaging/haproxy.cfg sets it up, and as several hosts of a
connection string."""

import contextlib
import itertools
import signal

import psycopg2
import pytest

from support import console, processes, wire
from support.haproxy import Haproxy
from support.howdah_process import judge_and_remove
from support.instances import make_instances
from support.messages import query
from support.threaded_load import ThreadedLoad
from support.waiting import wait_until
from support.watch import ServerCount, run_in_threads

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

# As packaging/haproxy.cfg asks for: longer than haproxy needs to notice.
DRAIN_DELAY = "5s"


@pytest.fixture
def make(postgres):
    made = []

    def make_two(**config):
        made.extend(make_instances(postgres, 2, drain={"delay": DRAIN_DELAY}, **config))
        return made

    yield make_two
    judge_and_remove(made)


@pytest.fixture
def instances(make):
    return [one.start() for one in make()]


@pytest.fixture
def balancer(instances):
    with Haproxy(instances) as haproxy:
        yield haproxy


def app(place, **more):
    return wire.connect(place, "app", "app", **more)


def client_counts(instances):
    return [sum(row["database"] == "app" for row in console.show(one, "clients")) for one in instances]


def test_each_instance_takes_a_share(balancer, instances):
    with contextlib.ExitStack() as ends:
        for _ in range(20):
            assert ends.enter_context(app(balancer)).query("select 1").value == "1"
        assert client_counts(instances) == [10, 10]


def test_a_cancel_that_comes_to_the_other_instance_cancels(balancer, instances, postgres):
    """The balancer gives the cancel to the instance with fewer connections: that with none, where the client has not its own."""
    with contextlib.ExitStack() as ends:
        clients = [ends.enter_context(app(balancer)) for _ in range(4)]
        client, instance = clients[0], clients[0].key[0]
        for other in clients:
            if other.key[0] != instance:
                other.close()
        wait_until(lambda: client_counts(instances)[2 - instance] == 0, "the other instance has no client")
        for _ in range(3):
            client.send(query("select pg_sleep(60)"))
            wait_until(lambda: postgres.connections("app", "wait_event = 'PgSleep'") == 1, "it sleeps")
            client.cancel()
            assert client.ready().sqlstate == "57014"
        assert client.query("select 'alive'").value == "alive"
        forwarded = [int(row["forwarded"]) for one in instances for row in console.show(one, "peers")]
    assert sorted(forwarded) == [0, 3]


class ShortConnections(ThreadedLoad):
    """Connects, asks and leaves, again and again; a failure ends it, and the test."""

    def __init__(self, place, count=4):
        super().__init__([self._run] * count)
        self.place, self.made, self.numbers = place, 0, itertools.count(1)

    def _run(self):
        while not self.is_over.is_set():
            with app(self.place) as client:
                assert client.query("select 1").value == "1"
            self.made = next(self.numbers)

    def wait_for_more(self, count=200):
        wanted = self.made + count
        wait_until(lambda: self.broken or self.made >= wanted, "more connections are made")


def test_an_instance_that_drains_is_left_before_it_closes_and_no_connect_fails(balancer, instances):
    first, second = instances
    with contextlib.ExitStack() as ends:
        stayers = [ends.enter_context(app(balancer)) for _ in range(4)]
        load = ends.enter_context(ShortConnections(balancer))
        load.wait_for_more()
        first.signal(signal.SIGTERM)
        balancer.wait_until_left(1)
        assert processes.accepts(first.port), "it closed its doors before it was left"
        assert [stayer.query("select 'served'").value for stayer in stayers] == ["served"] * 4
        assert first.wait_for_end() == 0
        load.wait_for_more()
        ended = [stayer for stayer in stayers if is_told_to_go(stayer)]
        assert len(ended) == 2, "those that were on it"
        first.start()
        wait_until(lambda: "Server howdah/howdah1 is UP" in balancer.log(), "haproxy comes back")
        load.wait_for_more()
        second.signal(signal.SIGTERM)
        balancer.wait_until_left(2)
        assert second.wait_for_end() == 0
        load.wait_for_more()
    print(f"{load.made} connections while both instances were restarted, none failed")


def is_told_to_go(client):
    try:
        client.query("select 1")
        return False
    except (wire.ConnectionClosed, OSError):
        return True


def test_an_instance_that_is_killed_is_passed_over(balancer, instances):
    first, _ = instances
    first.process.kill()
    first.process.wait()
    first.process = None
    for _ in range(10):
        with app(balancer) as client:
            assert client.query("select 1").value == "1"


def test_the_header_tells_where_clients_are(make):
    instances = make(client={"proxy_protocol": {"from": ["127.0.0.1"]}})
    for one in instances:
        one.start(wait=False)
        path = f"{one.folder}/.s.PGSQL.{one.port}"
        wait_until(lambda path=path: processes.accepts_at(path), "it listens")
        wait_until(lambda one=one: one.get("/readyz")[0] == 200, "it is ready")
    with Haproxy(instances, is_proxy_header_sent=True) as haproxy, app(haproxy, source="127.0.0.7") as client:
        assert client.query("select 1").value == "1"
        logs = [one.log() for one in instances]
        assert sum("client connected" in log and "address=127.0.0.7:" in log for log in logs) == 1


# Several hosts in the connection string


def dsn(instances, **more):
    extra = "".join(f" {key}={value}" for key, value in more.items())
    return (
        f"host={','.join(one.host for one in instances)} port={','.join(str(one.port) for one in instances)} "
        f"dbname=app user=app connect_timeout=10{extra}"
    )


def port_of(connection):
    return int(connection.info.port)


def test_another_host_is_taken_where_one_is_gone_or_drains(instances):
    first, second = instances
    for order in ([first, second], [second, first]):
        with contextlib.closing(psycopg2.connect(dsn(order))) as connection:
            assert port_of(connection) == order[0].port
    first.signal(signal.SIGTERM)
    wait_until(lambda: not processes.accepts(first.port), "it has closed its doors")
    with contextlib.closing(psycopg2.connect(dsn(instances))) as connection:
        assert port_of(connection) == second.port
        connection.cursor().execute("select 1")
    assert first.wait_for_end() == 0
    with contextlib.closing(psycopg2.connect(dsn(instances))) as connection:
        assert port_of(connection) == second.port


def test_orders_of_hosts_that_differ_give_each_instance_a_share(instances):
    with contextlib.ExitStack() as ends:
        for number in range(10):
            order = instances if number % 2 else instances[::-1]
            ends.enter_context(contextlib.closing(psycopg2.connect(dsn(order))))
        assert client_counts(instances) == [5, 5]


@pytest.mark.skipif(psycopg2.__libpq_version__ < 160000, reason="load_balance_hosts came with libpq 16")
def test_libpq_spreads_its_connections_over_the_hosts(instances):
    with contextlib.ExitStack() as ends:
        for _ in range(40):
            ends.enter_context(contextlib.closing(psycopg2.connect(dsn(instances, load_balance_hosts="random"))))
        assert min(client_counts(instances)) > 5


# What the page on sizes counts with


def test_a_client_waits_on_one_instance_while_a_server_is_idle_on_the_other(make):
    first, second = [one.start() for one in make(pool={"mode": "transaction", "max_size": 1})]
    with app(first) as holder, app(first) as waiter, app(second) as idle:
        assert idle.query("select 1").value == "1"
        holder.query("begin; select 1")
        waiter.send(query("select 'served'"))
        wait_until(lambda: len(console.show(first, "waiting")) == 1, "it waits")
        assert [row["state"] for row in console.show(second, "servers")] == ["idle"]
        holder.query("commit")
        assert waiter.ready().value == "served"


def test_the_servers_of_all_instances_together_are_the_sum_of_their_sizes(make, postgres):
    instances = [one.start() for one in make(pool={"mode": "transaction", "max_size": 3})]

    def work(number):
        with app(instances[number % 2]) as client:
            for _ in range(5):
                client.query("select pg_sleep(0.05)")

    with ServerCount(postgres) as count:
        run_in_threads(20, work)
    assert count.most == 6
