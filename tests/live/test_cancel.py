"""CancelRequest ends the query of its own client, and nothing else."""

import random
import threading

import pytest

from support import wire
from support.messages import SYNC, cancel_request, extended, query
from support.waiting import wait_until
from support.watch import run_in_threads

pytestmark = pytest.mark.threads

SLEEP = "select pg_sleep(60)"


def app(howdah, **more):
    return wire.connect(howdah, "app", "app", **more)


def wait_for_sleepers(postgres, count):
    wait_until(
        lambda: postgres.connections("app", "state = 'active' and query like '%%pg_sleep%%'") == count,
        f"{count} clients sleep",
    )


@pytest.mark.parametrize("content", [query(SLEEP), extended(SLEEP) + SYNC], ids=["simple", "extended"])
def test_a_cancel_ends_the_query_and_keeps_the_client(howdah, postgres, content):
    with app(howdah) as client:
        client.send(content)
        wait_for_sleepers(postgres, 1)
        client.cancel()
        assert client.ready().sqlstate == "57014"
        assert client.query("select 'alive'").value == "alive"


def test_a_cancel_hits_its_own_client_only(howdah, postgres):
    clients = [app(howdah) for _ in range(4)]
    for client in clients:
        client.send(query(SLEEP))
    wait_for_sleepers(postgres, 4)
    for number, client in enumerate(clients):
        client.cancel()
        assert client.ready().sqlstate == "57014"
        wait_for_sleepers(postgres, 3 - number)
    assert all(client.query("select 1").value == "1" for client in clients)


def test_a_wrong_key_does_nothing(howdah, postgres):
    with app(howdah) as client:
        client.send(query("select pg_sleep(1.5), 'undisturbed'"))
        wait_for_sleepers(postgres, 1)
        with app(howdah) as other:  # with a process id of its own, since the client's server is busy
            changed = bytes([client.key[0] ^ 1]) + client.key[1:]
            for process_id, key in (
                (client.process_id, changed), (client.process_id, other.key), (other.process_id, client.key),
                (client.process_id, b"\0" * 4), (0, client.key), (-1, client.key), (client.process_id, changed * 8),
            ):
                with wire.Connection(howdah.host, howdah.port) as canceller:
                    canceller.send(cancel_request(process_id, key))
                    assert canceller.is_closed()
        assert client.ready().rows[0][1] == "undisturbed"


def test_a_cancel_of_an_idle_client_hits_nobody(howdah):
    with app(howdah) as idle, app(howdah) as busy:
        busy.send(query("select pg_sleep(0.5), 'undisturbed'"))
        for _ in range(10):
            idle.cancel()
        assert busy.ready().rows[0][1] == "undisturbed"
        assert idle.query("select 'alive'").value == "alive"


@pytest.mark.pooler_only
def test_a_cancel_that_comes_late_does_not_hit_the_next_client_of_the_server(start_howdah):
    """One server, two clients: the second one works on it all the time, the first one's cancels come in between."""
    howdah = start_howdah(pool={"max_size": 1})
    stopped = threading.Event()

    def work(number):
        with app(howdah) as client:
            if number == 0:
                for _ in range(60):
                    client.send(query("select 1"))
                    client.cancel()
                    assert client.ready().sqlstate in (None, "57014")
                    client.cancel()
                stopped.set()
            else:
                turn = 0
                while not stopped.is_set():
                    turn += 1
                    assert client.query(f"select pg_sleep(0.002), {turn}").rows[0][1] == str(turn)

    run_in_threads(4, work)


def test_cancels_under_load_hit_their_own_clients_only(howdah):
    """Half of the clients cancel themselves at any moment; the other half must never see it."""

    def work(number):
        generator = random.Random(number)
        with app(howdah, timeout=60) as client:
            for turn in range(25):
                client.send(query(f"select pg_sleep({generator.choice([0, 0.001, 0.02])}), {turn}"))
                if number % 2:
                    client.cancel()
                result = client.ready()
                if result.sqlstate is None:
                    assert result.rows[0][1] == str(turn)
                else:
                    assert number % 2 and result.sqlstate == "57014"
            wait_until(lambda: client.query("select 'alive'").sqlstate is None, "the last cancel is over")

    run_in_threads(20, work)


@pytest.mark.howdah_only
def test_a_key_of_32_bytes_cancels(howdah, postgres):
    with app(howdah, version=0x00030002) as client:
        client.send(query(SLEEP))
        wait_for_sleepers(postgres, 1)
        with wire.Connection(howdah.host, howdah.port) as canceller:
            canceller.send_in_pieces(cancel_request(client.process_id, client.key))
            assert canceller.is_closed()
        assert client.ready().sqlstate == "57014"


@pytest.mark.howdah_only
def test_keys_cannot_be_guessed(howdah):
    clients = [app(howdah) for _ in range(50)]
    assert len({client.key for client in clients}) == 50
    assert len({client.key[:2] for client in clients}) > 25
    for client in clients:
        client.close()


def test_a_cancel_in_a_transaction_fails_it_and_keeps_it(howdah, postgres):
    with app(howdah) as client:
        client.query("begin")
        client.send(query(SLEEP))
        wait_for_sleepers(postgres, 1)
        client.cancel()
        result = client.ready()
        assert (result.sqlstate, result.status) == ("57014", "E")
        assert client.query("rollback").status == "I"
