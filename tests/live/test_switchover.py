"""A primary and a standby that change places: the pool follows the primary, and nothing that was acknowledged is lost."""

import concurrent.futures
import time

import pytest

from support import wire
from support.console import show
from support.ledger_load import TABLES, LedgerLoad
from support.messages import query
from support.postgres_pair import PostgresPair
from support.waiting import wait_until
from support.watch import run_in_threads

pytestmark = [pytest.mark.howdah_only, pytest.mark.time_limit(240)]

MOST_SERVERS = 6
PRIMARY = "select inet_server_port()"


@pytest.fixture(scope="module")
def pair(postgres_template):
    both = PostgresPair(postgres_template)
    yield both
    both.remove()


@pytest.fixture
def start(start_howdah, pair):
    """Howdah in front of both, where whoever waits has a minute."""

    def start_before_both(attributes="read-write", **pool):
        pool = {"max_size": MOST_SERVERS, "acquire_timeout": "60s", "connect_timeout": "10s", **pool}
        return start_howdah(databases={"*": {"backend": pair.backend(attributes), "pool": pool}})

    return start_before_both


def port_of(client):
    return int(client.query(PRIMARY).value)


def switch(pair, ended):
    """Notes when the old primary was told to end and when it had."""
    told = time.monotonic()
    with pair.switching():
        ended.append((told, time.monotonic()))


@pytest.mark.threads
@pytest.mark.parametrize("count", [3, pytest.param(50, marks=[pytest.mark.long, pytest.mark.time_limit(1200)])])
def test_switchovers_under_load_lose_no_acknowledged_transfer(start, pair, count):
    howdah = start()
    for statement in ["drop table if exists accounts, transfers", *TABLES.split(";\n")]:
        pair.primary.rows(statement, database="app")
    ended = []
    with LedgerLoad(howdah) as load:
        for _ in range(count):
            done = len(load.acknowledged)
            wait_until(lambda: len(load.acknowledged) > done + 50, "the load runs", timeout=60)
            switch(pair, ended)
        done = len(load.acknowledged)
        wait_until(lambda: len(load.acknowledged) > done + 50, "the load goes on", timeout=60)
    print(f"{count} switchovers: {len(load.acknowledged)} transfers acknowledged, {len(load.failures)} failed")
    load.check(pair.primary)
    for failure in load.failures:
        assert any(failure.begun <= end and failure.ended >= told for told, end in ended), failure
    assert len(load.failures) <= count * MOST_SERVERS  # no more than had a server


def test_clients_that_ask_nothing_notice_nothing_and_requests_wait_for_the_new_primary(start, pair):
    howdah = start()
    clients = [wire.connect(howdah, "app", "app") for _ in range(10)]
    before = {port_of(client) for client in clients}
    assert before == {pair.primary.port}
    waiting, quiet = clients[:5], clients[5:]
    with pair.switching():
        for client in waiting:
            client.send(query(PRIMARY))
    for client in waiting:
        assert client.ready().value == str(pair.primary.port)
    assert {port_of(client) for client in quiet} == {pair.primary.port} != before
    for client in clients:
        client.close()


def test_a_log_in_by_auth_query_waits_for_the_new_primary(start_howdah, pair):
    pair.primary.rows("alter role app password 'secret'")
    entry = {"backend": pair.backend(), "pool": {"acquire_timeout": "60s"}, "auth_query": {"user": "postgres", "timeout": "60s"}}
    howdah = start_howdah(
        databases={"*": entry}, auth=[{"from": "0.0.0.0/0", "method": "scram-sha-256"}], client={"login_timeout": "60s"}
    )
    with concurrent.futures.ThreadPoolExecutor() as threads:
        with pair.switching():
            coming = threads.submit(wire.connect, howdah, "app", "app", password="secret", timeout=60)
        with coming.result(60) as client:
            assert port_of(client) == pair.primary.port
    pair.primary.rows("alter role app password null")


def test_a_cancel_reaches_the_new_primary(start, pair):
    howdah = start()
    with wire.connect(howdah, "app", "app") as client:
        client.query("select 1")
        with pair.switching():
            pass
        client.send(query("select pg_sleep(60)"))
        wait_until(lambda: pair.primary.connections("app", "wait_event = 'PgSleep'") == 1, "the query runs")
        client.cancel()
        assert client.ready().sqlstate == "57014"


def test_whoever_listens_hears_what_the_new_primary_notifies(start, pair):
    howdah = start(state={"listener_lost": "relisten"})
    with wire.connect(howdah, "app", "app") as client:
        client.query("listen news")
        is_away = lambda: not [one["link"] for one in show(howdah, "clients") if one["database"] == "app" and one["link"]]
        is_heard_for = lambda: is_away() and "listening" in [one["state"] for one in show(howdah, "servers")]
        wait_until(is_heard_for, "the listener hears for it")
        with pair.switching():
            pass

        def is_heard():
            pair.primary.rows("notify news, 'over here'", database="app")
            return client.query("select 1").of("A")

        wait_until(is_heard, "the listener is there")


def test_a_pool_for_standbys_follows_the_standby(start, pair):
    howdah = start("standby")
    with wire.connect(howdah, "app", "app") as client:
        assert port_of(client) == pair.standby.port
        with pair.switching():
            pass
        wait_until(lambda: port_of(client) == pair.standby.port, "the new standby is used")


def test_min_size_holds_on_the_new_primary(start, pair):
    """All servers are the new primary's, and as many as before."""
    howdah = start(min_size=MOST_SERVERS)
    with wire.connect(howdah, "app", "app") as client:
        client.query("select 1")
        with pair.switching():
            pass

        def use(_):
            with wire.connect(howdah, "app", "app") as one:
                one.query("begin; select pg_sleep(0.1)")
                assert port_of(one) == pair.primary.port
                one.query("commit")

        run_in_threads(MOST_SERVERS, use)
        wait_until(lambda: pair.primary.connections("app") == MOST_SERVERS, "the pool is full")
        assert pair.standby.connections("app") == 0
