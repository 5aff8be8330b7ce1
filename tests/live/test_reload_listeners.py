"""Reloads that change where howdah listens: addresses come and go, all or none, and who connects elsewhere notices nothing."""

import contextlib
import itertools
import os
import socket
import threading

import pytest

from support import processes, wire
from support.howdah_process import fewer_if_sanitized
from support.ledger import LedgerClient, check_ledger, ledger_table, load_of
from support.threaded_load import ThreadedLoad
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]


def reload(howdah):
    """What it says, and its error; the configuration is that of `howdah.config`."""
    howdah.write_config()
    with wire.connect(howdah, "postgres", "howdah", timeout=60) as console:
        result = console.query("reload")
        return [notice.fields["M"] for notice in result.of("N")], result.error


def changed(howdah):
    notices, error = reload(howdah)
    assert error is None, error
    return notices


def one_at(host, port):
    """Who serves the address, asked by a client that logs in there."""
    with wire.Connection(host, port, timeout=60) as client:
        return client.login("app", "app").query("select current_user").value


def is_closed(port, host="127.0.0.1"):
    return not processes.accepts(port, host)


def listening_sockets(howdah):
    """The inodes of those that it has, by their local address."""
    own = set()
    for number in os.listdir(f"/proc/{howdah.pid}/fd"):
        with contextlib.suppress(OSError):
            own.add(os.readlink(f"/proc/{howdah.pid}/fd/{number}"))
    sockets = {}
    with open(f"/proc/{howdah.pid}/net/tcp", encoding="ascii") as table:
        for line in itertools.islice(table, 1, None):
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in own:
                sockets[fields[1]] = fields[9]
    return sockets


class Guests(ThreadedLoad):
    """Connect, log in, ask and leave, all the time, at addresses that are always there."""

    def __init__(self, howdah):
        unix = (howdah.socket_folder, howdah.port)
        super().__init__([lambda: self._run(*unix), lambda: self._run(howdah.host, howdah.port)])
        self.count = itertools.count()
        self.served = 0

    def _run(self, host, port):
        while not self.is_over.is_set():
            assert one_at(host, port) == "app"
            self.served = next(self.count)


@pytest.mark.parametrize("workers", [1, 4])
def test_addresses_come_and_go_under_load_and_nobody_else_notices(start_howdah, postgres, workers, record_property):
    """The one that stays is also named otherwise, widened to all addresses, and narrowed again."""
    howdah = start_howdah(workers=workers, pool={"max_size": 3, "acquire_timeout": "60s"})
    reloads = fewer_if_sanitized(60)
    second, unix = processes.free_port(), howdah.config["listen"][1]
    stays = [f"127.0.0.1:{howdah.port}", f"localhost:{howdah.port}", f"0.0.0.0:{howdah.port}"]
    clients = [LedgerClient(howdah, f"c{number}") for number in range(6)]
    with ledger_table(postgres):
        with Guests(howdah) as guests, load_of(clients):
            for number in range(1, reloads + 1):
                listen = [stays[number % 3], unix]
                if number % 2:
                    listen += [f"127.0.0.1:{second}", f"unix:{howdah.folder}:{second}"]
                howdah.config["listen"] = listen
                assert "changed: listen" in changed(howdah)
                if number % 2:
                    assert one_at("127.0.0.1", second) == one_at(howdah.folder, second) == "app"
                else:
                    assert is_closed(second) and not os.path.exists(f"{howdah.folder}/.s.PGSQL.{second}")
            wait_until(lambda: guests.served > 100, "guests come and go")
        check_ledger(postgres, clients, f"{reloads} reloads, {guests.served} guests")
    transfers = sum(len(client.acknowledged) for client in clients)
    record_property("transfers", transfers)
    print(f"{workers} workers: {reloads} reloads, {transfers} transfers, {guests.served} guests, 0 failures")


@pytest.mark.parametrize("bad", ["127.0.0.1:{taken}", "unix:/nowhere/at/all", "no.such.host.invalid:1"])
def test_one_address_that_cannot_be_opened_refuses_all(start_howdah, bad):
    howdah = start_howdah()
    second = processes.free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        bad = bad.format(taken=taken.getsockname()[1])
        before = listening_sockets(howdah)
        howdah.config["listen"] = [f"127.0.0.1:{second}", bad]
        howdah.config["databases"]["extra"] = {"backend": "host=127.0.0.1"}
        notices, error = reload(howdah)
    assert not notices and error["C"] == "22023" and "nothing was changed" in error["M"], error
    assert f"listen {bad.split(':/')[0]}" in error["D"], error
    assert "configuration not reloaded error=\"listen" in howdah.log()
    assert listening_sockets(howdah) == before
    assert is_closed(second)
    with pytest.raises(wire.ServerError):
        wire.connect(howdah, "app", "extra")
    howdah.config["listen"] = howdah.config["listen"][:1]
    assert changed(howdah) == ["added: databases.extra", "changed: listen"]
    assert one_at("127.0.0.1", second) == "app"


def test_who_came_by_an_address_stays_when_it_goes(start_howdah):
    howdah = start_howdah()
    second = processes.free_port()
    first = list(howdah.config["listen"])
    howdah.config["listen"] = [*first, f"127.0.0.1:{second}", f"unix:{howdah.folder}:{second}"]
    assert changed(howdah) == ["changed: listen"]
    with contextlib.ExitStack() as ends:
        clients = [ends.enter_context(wire.Connection(host, second)) for host in ("127.0.0.1", howdah.folder)]
        for client in clients:
            client.login("app", "app")
        howdah.config["listen"] = first
        assert changed(howdah) == ["changed: listen"]
        assert is_closed(second) and not os.path.exists(f"{howdah.folder}/.s.PGSQL.{second}")
        for client in clients:
            assert client.query("select 1").value == "1"
    log = howdah.log()
    for event in ("listening", "not listening any more"):
        assert f"{event} address=127.0.0.1:{second}" in log
        assert f"{event} address=unix:{howdah.folder}/.s.PGSQL.{second}" in log


def test_the_same_place_by_another_name_is_not_opened_again(start_howdah):
    howdah = start_howdah()
    before = listening_sockets(howdah)
    howdah.config["listen"][0] = f"localhost:{howdah.port}"
    assert changed(howdah) == ["changed: listen"]
    assert listening_sockets(howdah).items() >= before.items()
    howdah.config["listen"][0] = f"127.0.0.1:{howdah.port}"
    assert changed(howdah) == ["changed: listen"]
    assert listening_sockets(howdah) == before


def test_where_nothing_is_changed_nothing_is_opened(start_howdah):
    howdah = start_howdah(pool={"max_size": 3})
    before = listening_sockets(howdah)
    howdah.config["databases"]["*"]["pool"]["max_size"] = 4
    assert changed(howdah) == ["changed: databases.*.pool.max_size"]
    assert listening_sockets(howdah) == before


# --- the stats port


def test_the_stats_port_moves_comes_and_goes(start_howdah):
    howdah = start_howdah()
    first, second = howdah.admin_port, processes.free_port()
    howdah.config["admin"]["listen"] = f"127.0.0.1:{second}"
    assert changed(howdah) == ["changed: admin.listen"]
    howdah.admin_port = second
    assert howdah.get("/healthz")[0] == 200 and howdah.get("/stats.json")[0] == 200
    wait_until(lambda: is_closed(first), "the old one is closed")
    howdah.config["admin"]["listen"] = f"0.0.0.0:{second}"
    assert changed(howdah) == ["changed: admin.listen"]
    wait_until(lambda: processes.accepts(second, "127.0.0.2"), "it is there at all addresses")
    assert howdah.get("/healthz")[0] == 200
    del howdah.config["admin"]["listen"]
    assert changed(howdah) == ["changed: admin.listen"]
    wait_until(lambda: is_closed(second), "there is none")
    howdah.config["admin"]["listen"] = f"127.0.0.1:{first}"
    assert changed(howdah) == ["changed: admin.listen"]
    howdah.admin_port = first
    assert howdah.get("/healthz")[0] == 200


def test_a_stats_port_that_cannot_be_opened_refuses_all(start_howdah):
    howdah = start_howdah()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        howdah.config["admin"]["listen"] = f"127.0.0.1:{taken.getsockname()[1]}"
        howdah.config["databases"]["extra"] = {"backend": "host=127.0.0.1"}
        notices, error = reload(howdah)
    assert not notices and error["M"] == "the stats port cannot be opened: nothing was changed", error
    assert error["D"].endswith("Address already in use")
    assert howdah.get("/healthz")[0] == 200
    with pytest.raises(wire.ServerError):
        wire.connect(howdah, "app", "extra")


def test_the_token_of_the_stats_port_changes(start_howdah):
    howdah = start_howdah()
    assert howdah.get("/stats.json")[0] == 200
    for token in ("one", "two"):
        howdah.config["admin"]["token"] = token
        assert changed(howdah) == ["changed: admin.token"]
        wait_until(lambda word=token: howdah.get("/stats.json", Authorization=f"Bearer {word}")[0] == 200, "it is the token")
        assert howdah.get("/stats.json")[0] == 401
    assert howdah.get("/stats.json", Authorization="Bearer one")[0] == 401
    assert "two" not in howdah.log()


def test_the_stats_port_moves_while_it_is_asked(start_howdah):
    """Whoever is there is answered; nothing that workers still send to the one that is gone is read by anybody."""
    howdah = start_howdah(workers=4)
    ports = [howdah.admin_port, processes.free_port()]
    is_over = threading.Event()
    answers = []

    def ask(port):
        while not is_over.is_set():
            with contextlib.suppress(OSError):
                with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
                    client.sendall(b"GET /stats.json HTTP/1.0\r\nHost: localhost\r\n\r\n")
                    answers.append(client.recv(12))

    threads = [threading.Thread(target=ask, args=(port,)) for port in ports]
    for thread in threads:
        thread.start()
    try:
        for number in range(fewer_if_sanitized(40)):
            howdah.config["admin"]["listen"] = f"127.0.0.1:{ports[(number + 1) % 2]}"
            assert changed(howdah) == ["changed: admin.listen"]
        wait_until(lambda: answers.count(b"HTTP/1.0 200") > 20 or answers.count(b"HTTP/1.1 200") > 20, "some are answered")
    finally:
        is_over.set()
        for thread in threads:
            thread.join(30)
