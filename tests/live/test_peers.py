"""Cancels that come to another instance than the one that its client is connected to."""

import contextlib
import json
import signal
import socket
import time

import pytest

from support import console, messages, processes, wire
from support.certificates import Authority
from support.howdah_process import judge_and_remove
from support.instances import CODE, SECRET, Peer, forward_cancel, make_instances, peers_of
from support.messages import cancel_request, query
from support.waiting import wait_until
from support.watch import run_in_threads

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

SLEEP = "select pg_sleep(60)"
LONGEST_FORWARD = 5  # seconds


@pytest.fixture
def make(postgres):
    """make_instances before the shared PostgreSQL; what was made is judged and removed."""
    made = []

    def make_more(count=2, **config):
        made.extend(new := make_instances(postgres, count, **config))
        return new

    yield make_more
    judge_and_remove(made)


@pytest.fixture
def start(make):
    return lambda *arguments, **config: [one.start() for one in make(*arguments, **config)]


@pytest.fixture
def two_instances(start):
    return start()


def app(howdah, **more):
    return wire.connect(howdah, "app", "app", **more)


def sleep(client, postgres, sql=SLEEP):
    before = sleepers(postgres)
    client.send(query(sql))
    wait_until(lambda: sleepers(postgres) == before + 1, "it sleeps")


def sleepers(postgres):
    return postgres.connections("app", "state = 'active' and query like '%%pg_sleep%%'")


def ask_to_cancel(howdah, process_id, key):
    """By a connection of its own, which is returned."""
    connection = wire.Connection(howdah.host, howdah.port)
    connection.send(cancel_request(process_id, key))
    return connection


def cancel_by(howdah, client, key=None):
    with ask_to_cancel(howdah, client.process_id, key or client.key) as canceller:
        assert canceller.is_closed()


def peer_row(howdah, number):
    return next(row for row in console.show(howdah, "peers") if row["peer_id"] == str(number))


def received(howdah, result):
    lines = howdah.get("/metrics")[1].splitlines()
    prefix = f'howdah_peer_cancels_received_total{{result="{result}"}} '
    return next(int(float(line.removeprefix(prefix))) for line in lines if line.startswith(prefix))


@pytest.mark.parametrize("version", [messages.PROTOCOL_3_0, messages.PROTOCOL_3_2], ids=["short keys", "long keys"])
def test_a_cancel_is_forwarded_and_the_client_goes_on(two_instances, postgres, version):
    one, other = two_instances
    with app(one, version=version) as client:
        assert client.key[0] == 1 and len(client.key) == (4 if version == messages.PROTOCOL_3_0 else 32)
        for _ in range(10):
            sleep(client, postgres)
            cancel_by(other, client)
            assert client.ready().sqlstate == "57014"
            assert client.query("select 'alive'").value == "alive"  # who asked was closed when it was over
    assert peer_row(other, 1)["forwarded"] == "10"
    wait_until(lambda: received(one, "taken") == 10, "the stats port tells of them")


def test_it_works_both_ways_and_between_many_at_once(start, postgres):
    instances = start(3)
    with contextlib.ExitStack() as ends:
        clients = [ends.enter_context(app(one)) for one in instances for _ in range(4)]
        for client in clients:
            sleep(client, postgres)
        cancellers = [ends.enter_context(ask_to_cancel(instances[(number // 4 + 1) % 3], client.process_id, client.key))
                      for number, client in enumerate(clients)]
        assert all(client.ready().sqlstate == "57014" for client in clients)
        assert all(canceller.is_closed() for canceller in cancellers)


def test_peers_may_be_reached_by_name_by_unix_socket_and_without_a_proxy_header(make, postgres):
    one, other, third = make(3)
    one.config["client"] = {"proxy_protocol": {"from": ["127.0.0.1"]}}
    one.config["auth"].append({"from": "any", "method": "trust"})
    one.start(wait=False)
    third.config["peers"]["2"] = {"address": f"unix:{other.folder}:{other.port}"}
    third.config["peers"]["1"] = {"address": f"localhost:{one.port}"}
    other.start(), third.start()
    wait_until(lambda: processes.accepts_at(f"{one.folder}/.s.PGSQL.{one.port}"), "it listens")
    with app(other) as client, wire.Connection(one.host, one.port) as proxied:
        proxied.send(b"PROXY UNKNOWN\r\n")
        proxied.login("app", "app")
        for connection in (client, proxied):
            sleep(connection, postgres)
            cancel_by(third, connection)
            assert connection.ready().sqlstate == "57014"


def test_where_clients_must_use_tls_a_peer_is_taken_as_a_cancel_is(make, postgres, tmp_path):
    certificate, key = Authority(tmp_path).issue("howdah")
    one, other = make(client={"tls": {"mode": "require", "certificate": certificate, "key": key}})
    one.start(), other.start()
    with app(one, tls="requested") as client:
        sleep(client, postgres)
        cancel_by(other, client)
        assert client.ready().sqlstate == "57014"


# Who is believed


def test_a_peer_that_was_written_from_the_description_is_understood(two_instances, postgres):
    one, _ = two_instances
    for version in (messages.PROTOCOL_3_0, messages.PROTOCOL_3_2):
        with app(one, version=version) as client:
            sleep(client, postgres)
            assert forward_cancel(one, 2, 1, client.process_id, client.key) == b"D"
            assert client.ready().sqlstate == "57014"


def test_a_wrong_secret_is_refused(make, postgres):
    one, other = make()
    other.config["peers_secret"] = "not the secret of the others"
    one.start(), other.start()
    with app(one) as client:
        sleep(client, postgres, "select pg_sleep(1), 'undisturbed'")
        cancel_by(other, client)
        assert client.ready().rows[0][1] == "undisturbed"
    row = peer_row(other, 1)
    assert (row["forwarded"], row["refused"], row["last_failure"]) == ("0", "1", "its secret or its number is another one")
    wait_until(lambda: received(one, "refused") == 1, "the stats port tells of it")
    assert "a peer's cancel: it does not know the secret" in one.log()
    assert "cancels are not forwarded peer=1" in other.log()
    assert SECRET not in one.log() + other.log()


def test_an_answer_is_good_for_one_connection_to_one_instance_only(two_instances, postgres):
    one, other = two_instances
    with app(one) as client:
        sleep(client, postgres)
        nonce = b"n" * 32
        with Peer(one, 2, 1, nonce=nonce) as peer:
            answer = peer.read_challenge().packet(client.process_id, client.key)
            with Peer(one, 2, 1, nonce=nonce) as again:
                again.read_challenge().send(answer)
                assert again.rest() == b""
            assert sleepers(postgres) == 1
            peer.send(answer)
            assert peer.rest() == b"D"
        assert client.ready().sqlstate == "57014"
        with Peer(one, 2, 1, nonce=nonce) as again:
            again.read_challenge().send(answer)
            assert again.rest() == b""
        assert forward_cancel(one, 2, 3, client.process_id, client.key) == b""
        assert forward_cancel(other, 1, 2, client.process_id, client.key) == b"D"  # it is looked for there, and that is all
        assert peer_row(other, 1)["forwarded"] == "0"
    wait_until(lambda: received(one, "refused") == 3, "the stats port tells of all")


HOSTILE = {
    "too short": messages.packet(messages.int32(CODE) + b"\2\1" + b"n" * 31),
    "too long": messages.packet(messages.int32(CODE) + b"\2\1" + b"n" * 33),
    "empty": messages.packet(messages.int32(CODE)),
}


@pytest.mark.parametrize("first", HOSTILE.values(), ids=HOSTILE)
def test_a_malformed_request_is_closed_without_a_word(two_instances, first):
    one, _ = two_instances
    with wire.Connection(one.host, one.port) as connection:
        connection.send(first)
        assert connection.receive() == b""


@pytest.mark.parametrize("answer", [b"GET / HTTP/1.1\r\n\r\n", messages.int32(43) * 20, messages.int32(44) + b"x" * 40,
                                    messages.int32(72) + b"x" * 68, messages.int32(2**31) * 20])
def test_a_malformed_answer_is_closed_without_a_word(two_instances, answer):
    one, _ = two_instances
    with Peer(one, 2, 1) as peer:
        peer.read_challenge().send(answer)
        assert peer.rest() == b""


def test_a_peer_that_says_nothing_more_is_closed_after_login_timeout(make):
    one, _ = make(client={"login_timeout": "300ms"})
    one.start()
    with Peer(one, 2, 1) as peer:
        assert peer.read_challenge().rest() == b""


def test_without_an_instance_a_peer_is_met_as_before_and_keys_are_random(howdah):
    with Peer(howdah, 2, 1) as peer:
        assert "unsupported frontend protocol 18519.1" in peer.read().fields["M"]
    with contextlib.ExitStack() as ends:
        keys = [ends.enter_context(app(howdah)).key for _ in range(40)]
    assert len({key[0] for key in keys}) > 10
    assert console.show(howdah, "peers") == []


# Whom it can not reach


def test_a_key_of_an_unknown_instance_goes_nowhere(two_instances, postgres):
    one, other = two_instances
    with app(one) as client:
        sleep(client, postgres, "select pg_sleep(1), 'undisturbed'")
        for number in (0, 2, 9, 255):
            cancel_by(other, client, bytes([number]) + client.key[1:])
        assert client.ready().rows[0][1] == "undisturbed"
    assert peer_row(other, 1)["forwarded"] == "0"


def test_a_request_never_goes_in_circles(make):
    one, other = make()
    one.config["peers"]["3"] = {"address": f"{other.host}:{other.port}"}
    other.config["peers"]["3"] = {"address": f"{one.host}:{one.port}"}
    one.start(), other.start()
    with ask_to_cancel(one, 4711, b"\3abc") as canceller:
        assert canceller.is_closed()
    with ask_to_cancel(one, 4711, b"\2abc") as canceller:  # reaches the right one, which has no such client
        assert canceller.is_closed()
    assert (peer_row(one, 3)["refused"], peer_row(one, 2)["forwarded"]) == ("1", "1")
    assert [peer_row(other, number)["forwarded"] for number in (1, 3)] == ["0", "0"]


def test_a_silent_peer_costs_little_and_nobody_waits_for_it(make, postgres):
    one, other = make()
    with contextlib.ExitStack() as ends:
        silent = ends.enter_context(socket.create_server(("127.0.0.1", 0), backlog=200))
        one.config["peers"]["3"] = {"address": f"127.0.0.1:{silent.getsockname()[1]}"}
        one.start(), other.start()
        client = ends.enter_context(app(other))
        ends.enter_context(app(one)).query("select 1")
        before = one.open_files()
        begin = time.monotonic()
        cancellers = [ends.enter_context(ask_to_cancel(one, 4711, b"\3abc")) for _ in range(100)]
        wait_until(lambda: console.show(one, "peer_pools")[1]["cl_waiting_cancel_req"] == "84", "all but 16 wait")
        assert one.open_files() - before <= 100 + 16 + 5
        sleep(client, postgres)
        cancel_by(one, client)
        assert client.ready().sqlstate == "57014"
        assert time.monotonic() - begin < LONGEST_FORWARD, "a peer that answers was waited for"
        assert all(canceller.is_closed() for canceller in cancellers)
        assert LONGEST_FORWARD - 1 < time.monotonic() - begin < LONGEST_FORWARD + 5
        assert peer_row(one, 3)["failed"] == "100"
        assert one.log().count("cancels are not forwarded") == 1
        wait_until(lambda: one.open_files() <= before + 5, "nothing is left open")


def test_a_peer_that_was_away_is_found_again(two_instances, postgres):
    one, other = two_instances
    with app(one) as client:
        other.signal(signal.SIGINT)
        other.wait_for_end()
        cancel_by(one, client, b"\2" + client.key[1:])
        row = peer_row(one, 2)
        assert (row["failed"], row["last_failure"]) == ("1", "no connection")
        other.start()
        with app(other) as back:
            sleep(back, postgres)
            cancel_by(one, back)
            assert back.ready().sqlstate == "57014"
    assert "cancels are forwarded again peer=2" in one.log()


def test_an_instance_that_ends_still_forwards_what_it_was_asked(two_instances, postgres):
    one, other = two_instances
    with app(one) as client:
        sleep(client, postgres)
        with ask_to_cancel(other, client.process_id, client.key) as canceller:
            assert client.ready().sqlstate == "57014"
            other.signal(signal.SIGTERM)
            assert canceller.is_closed()
    assert other.wait_for_end() == 0


# What is shown, and a reload


def test_the_console_and_the_stats_port_tell_of_peers(two_instances, postgres):
    one, other = two_instances
    with app(one) as client:
        sleep(client, postgres)
        cancel_by(other, client)
        client.ready()
    assert console.show(other, "peers") == [
        {"peer_id": "1", "host": one.host, "port": str(one.port), "pool_size": "16", "forwarded": "1", "refused": "0",
         "failed": "0", "last_failure": ""}
    ]
    assert [row["peer_id"] for row in console.show(other, "peer_pools")] == ["1"]
    wait_until(lambda: instances_of(other)["peers"][0]["cancels_forwarded"] == 1, "the document tells of it")
    assert instances_of(other)["instance"] == 2
    assert console.metric(other, "howdah_peer_cancels_total", 'peer="1",result="forwarded"') == 1
    wait_until(lambda: instances_of(one)["cancels_received"] == 1, "and that of the other one")


def instances_of(howdah):
    return json.loads(howdah.get("/stats.json")[1])["daemon"]["instances"]


def test_a_reload_brings_peers_a_number_and_another_secret(start_howdah, postgres):
    one, other = start_howdah(), start_howdah()
    with app(one) as early:
        for number, howdah in enumerate((one, other), 1):
            howdah.config |= {"instance": number, "peers_secret": SECRET, "peers": peers_of([one, other])}
            howdah.write_config()
            howdah.signal(signal.SIGHUP)
            wait_until(lambda howdah=howdah: "configuration reloaded" in howdah.log(), "it is reloaded")
        with app(one) as late:
            assert late.key[0] == 1
            for by, client in ((other, late), (one, early)):  # a key from before is good where its client is
                sleep(client, postgres)
                cancel_by(by, client)
                assert client.ready().sqlstate == "57014"


def test_cancels_under_load_hit_their_own_clients_only(start, postgres):
    """Half of the clients cancel themselves at any moment, by any instance; the other half must never see it."""
    instances = start(2)

    def work(number):
        with app(instances[number % 2], timeout=60) as client:
            for turn in range(20):
                client.send(query(f"select pg_sleep({0.01 if turn % 2 else 0}), {turn}"))
                if number < 6:
                    cancel_by(instances[(number + turn) % 2], client)
                result = client.ready()
                if result.sqlstate is None:
                    assert result.rows[0][1] == str(turn)
                else:
                    assert number < 6 and result.sqlstate == "57014"
                if number < 6:  # who asked was closed, so that nothing is on its way any more
                    assert client.query("select 'alive'").value == "alive"

    run_in_threads(12, work)
