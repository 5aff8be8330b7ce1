"""SIGTERM drains, SIGINT ends at once, a second signal hurries."""

import contextlib
import json
import os
import signal
import time

import pytest

from support import messages, processes, wire
from support.ledger import LedgerClient, check_ledger, ledger_table, load_of
from support.messages import query
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]


def app(howdah, **more):
    return wire.connect(howdah, "app", "app", **more)


def told(client):
    errors = client.read_to_end().of("E")
    return [(one.fields["V"], one.fields["C"]) for one in errors]


def test_sigterm_tells_idle_clients_57p01_and_ends(howdah, postgres):
    clients = [app(howdah) for _ in range(5)]
    clients[0].query("select 1")
    howdah.signal(signal.SIGTERM)
    for client in clients:
        assert told(client) == [("FATAL", "57P01")]
    assert howdah.wait_for_end() == 0
    wait_until(lambda: postgres.connections("app") == 0, "all servers are closed")


def test_sigterm_lets_a_transaction_finish(howdah, postgres):
    with app(howdah) as busy, app(howdah) as idle:
        busy.query("begin; create table drained (id int)")
        howdah.signal(signal.SIGTERM)
        assert told(idle) == [("FATAL", "57P01")]
        wait_until(lambda: not processes.accepts(howdah.port), "no new clients")
        assert busy.query("select 'still here'").value == "still here"
        busy.send(query("commit"))
        assert busy.read_until("C").tags == ["COMMIT"]
        assert told(busy) == [("FATAL", "57P01")]
    assert howdah.wait_for_end() == 0
    assert postgres.value("select count(*) from pg_class where relname = 'drained'", database="app") == 1
    postgres.rows("drop table drained", database="app")


def test_sigterm_lets_a_query_finish(howdah, postgres):
    with app(howdah) as busy:
        busy.send(query("select pg_sleep(0.7), 'finished'"))
        wait_until(lambda: postgres.connections("app", "wait_event = 'PgSleep'") == 1, "the query runs")
        howdah.signal(signal.SIGTERM)
        assert busy.ready().rows[0][1] == "finished"
        assert told(busy) == [("FATAL", "57P01")]
    assert howdah.wait_for_end() == 0


def draining(howdah):
    """What the stats port tells of it, once it has begun."""
    return wait_until(lambda: json.loads(howdah.get("/stats.json")[1])["daemon"].get("drain"), "the drain begins")


@pytest.mark.parametrize("workers", [1, 4])
def test_clients_may_still_come_for_drain_delay(start_howdah, workers):
    howdah = start_howdah(workers=workers, drain={"delay": "2s"})
    with app(howdah) as client:
        assert howdah.get("/readyz")[0] == 200
        howdah.signal(signal.SIGTERM)
        wait_until(lambda: howdah.get("/readyz")[0] == 503, "it is not ready")
        with app(howdah) as late:
            assert late.query("select 1").value == "1"
            assert client.query("select 2").value == "2"
            assert draining(howdah)["clients_at_begin"] == 1
            wait_until(lambda: draining(howdah)["clients_left"] == 2, "the page shows both")
            assert told(late) == told(client) == [("FATAL", "57P01")]
            wait_until(lambda: not processes.accepts(howdah.port), "no new clients")
    assert howdah.wait_for_end() == 0


@pytest.mark.parametrize("workers", [1, 4])
def test_clients_are_told_to_go_at_drain_rate(start_howdah, workers):
    howdah = start_howdah(workers=workers, drain={"rate": 16})
    with contextlib.ExitStack() as ends:
        busy, *clients = [ends.enter_context(app(howdah)) for _ in range(33)]
        busy.query("begin; select 1")
        begun = time.monotonic()
        howdah.signal(signal.SIGTERM)
        wait_until(lambda: 10 < draining(howdah)["clients_left"] < 30, "some are left")
        metrics = howdah.get("/metrics")[1]
        assert "howdah_drain_clients_at_begin 33" in metrics and "howdah_drain_clients_left " in metrics
        for client in clients:
            assert told(client) == [("FATAL", "57P01")]
        assert time.monotonic() - begun > 1.5  # 32 of them
        wait_until(lambda: draining(howdah)["clients_left"] == 1, "the page shows the last one")
        assert busy.query("commit").tags == ["COMMIT"]
        assert told(busy) == [("FATAL", "57P01")]
    assert howdah.wait_for_end() == 0


class Either:
    """The address of whichever of two howdahs takes clients."""

    admin_user = "postgres"
    host = "127.0.0.1"

    def __init__(self, *howdahs):
        self.howdahs = howdahs

    @property
    def port(self):
        return next((one.port for one in self.howdahs if processes.accepts(one.port)), self.howdahs[0].port)


def test_drains_under_load_lose_nothing(start_howdah, postgres, request):
    """One is drained and started anew while the other serves, in turns, with clients that come again."""
    howdahs = [start_howdah(pool={"acquire_timeout": "60s"}, drain={"delay": "50ms", "rate": 100}) for _ in range(2)]
    clients = [LedgerClient(Either(*howdahs), f"c{number}", is_killing=True) for number in range(8)]
    drains = 50 if request.config.getoption("--long") else 6
    with ledger_table(postgres):
        with load_of(clients):
            for number in range(drains):
                howdah = howdahs[number % 2]
                howdah.signal(signal.SIGTERM)
                assert howdah.wait_for_end() == 0
                howdah.start()
        check_ledger(postgres, clients)
    lost = sum(len(client.doubtful) for client in clients)
    print(f"{drains} drains: {sum(len(client.acknowledged) for client in clients)} transfers, {lost} cut off")


def test_a_drain_ends_after_its_time_limit(start_howdah, postgres):
    howdah = start_howdah(shutdown_timeout="500ms")
    with app(howdah) as busy:
        busy.query("begin")
        started = time.monotonic()
        howdah.signal(signal.SIGTERM)
        assert told(busy) == [("FATAL", "57P01")]
        assert howdah.wait_for_end() == 0
        assert 0.4 < time.monotonic() - started < 10
    wait_until(lambda: postgres.connections("app") == 0, "no transaction is left")


def test_sigint_ends_at_once(howdah, postgres):
    with app(howdah) as busy, app(howdah) as idle:
        busy.query("begin")
        busy.send(query("select pg_sleep(60)"))
        wait_until(lambda: postgres.connections("app", "wait_event = 'PgSleep'") == 1, "the query runs")
        started = time.monotonic()
        howdah.signal(signal.SIGINT)
        assert howdah.wait_for_end() == 0
        assert time.monotonic() - started < 5
        assert told(idle) in ([("FATAL", "57P01")], [])
    wait_until(lambda: postgres.connections("app", "wait_event = 'PgSleep'") == 0, "nothing runs on")


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_hurries(howdah, second):
    with app(howdah) as busy:
        busy.query("begin")
        howdah.signal(signal.SIGTERM)
        wait_until(lambda: not processes.accepts(howdah.port), "it drains")
        assert howdah.is_running()
        started = time.monotonic()
        howdah.signal(second)
        assert howdah.wait_for_end() == 0
        assert time.monotonic() - started < 5


def test_waiters_are_served_during_a_drain(start_howdah):
    howdah = start_howdah(pool={"max_size": 1})
    with app(howdah) as holder, app(howdah) as waiter:
        holder.query("begin")
        waiter.send(query("select 'served'"))
        howdah.signal(signal.SIGTERM)
        wait_until(lambda: not processes.accepts(howdah.port), "it drains")
        holder.query("select 1")
        holder.send(query("commit"))
        result = waiter.read_to_end()
        assert result.rows == [("served",)] and result.sqlstate == "57P01"
    assert howdah.wait_for_end() == 0


def test_a_client_in_the_middle_of_its_login_is_closed(howdah):
    with wire.Connection(howdah.host, howdah.port) as client:
        client.send(messages.startup(user="app", database="app")[:20])
        howdah.signal(signal.SIGTERM)
        assert client.is_closed()
    assert howdah.wait_for_end() == 0


def test_the_unix_socket_is_removed_and_the_port_is_free(howdah):


    path = f"{howdah.socket_folder}/.s.PGSQL.{howdah.port}"
    assert os.path.exists(path)
    howdah.signal(signal.SIGTERM)
    assert howdah.wait_for_end() == 0
    assert not os.path.exists(path)


def test_it_can_be_started_again_at_once(howdah):
    with app(howdah) as client:
        client.query("select 1")
        howdah.signal(signal.SIGTERM)
        assert howdah.wait_for_end() == 0
    howdah.start()
    with app(howdah) as client:
        assert client.query("select 'again'").value == "again"


def test_a_socket_file_left_by_a_crash_is_no_obstacle(howdah):
    howdah.signal(signal.SIGKILL)
    howdah.wait_for_end()
    howdah.start()
    with wire.Connection(howdah.socket_folder, howdah.port) as client:
        assert client.login("app", "app").query("select 1").value == "1"
