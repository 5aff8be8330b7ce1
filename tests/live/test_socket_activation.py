"""Sockets that systemd passes: its own program for trying that out listens, and starts howdah with the first client."""

import os
import socket

import pytest

from support import messages, processes, wire
from support.howdah_process import HowdahProcess, judge_and_remove
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only


@pytest.fixture
def activated(postgres):
    """A factory: systemd listens at these addresses; gives the howdah that it will start. `more` is configuration."""
    started = []

    def start(addresses, options=(), **more):
        howdah = HowdahProcess({"databases": {"app": {"backend": postgres.backend()}}, **more})
        started.append(howdah)
        addresses = [address.format(folder=howdah.folder) for address in addresses]
        listens = [word for address in addresses for word in ("--listen", address)]
        howdah.launcher = ["systemd-socket-activate", *options, *listens]
        howdah.start(wait=False)
        wait_until(lambda: howdah.log().count("Listening on ") == len(addresses), "systemd listens")
        return howdah

    yield start
    judge_and_remove(started)


def user_at(host, port):
    with wire.Connection(host, port) as client:
        return client.login("app", "app").query("select current_user").value


def test_the_first_client_starts_it_and_is_served(activated):
    port = processes.free_port()
    howdah = activated([f"127.0.0.1:{port}"], listen=[f"127.0.0.1:{port}"])
    assert "listening" not in howdah.log()
    assert user_at("127.0.0.1", port) == "app"
    assert f"listening address=127.0.0.1:{port}" in howdah.log()


def test_a_unix_socket_of_systemd_is_served_and_stays(activated):
    port = processes.free_port()
    howdah = HowdahProcess({})  # only for the name of a folder
    folder = howdah.folder
    try:
        own = processes.free_port()
        activated([f"{folder}/.s.PGSQL.{port}"], listen=[f"unix:{folder}:{port}", f"127.0.0.1:{own}"])
        assert user_at(folder, port) == "app"
        assert user_at("127.0.0.1", own) == "app", "what is not passed it opens itself"
        assert os.path.exists(f"{folder}/.s.PGSQL.{port}")
    finally:
        howdah.remove()


def test_a_unix_socket_of_systemd_outlives_it(activated):
    port = processes.free_port()
    howdah = activated(["{folder}/.s.PGSQL.%d" % port], listen=[f"127.0.0.1:{processes.free_port()}"])
    assert user_at(howdah.folder, port) == "app", "what listen does not name is served too"
    howdah.stop()
    assert os.path.exists(f"{howdah.folder}/.s.PGSQL.{port}")
    howdah.process = None


def test_one_socket_for_both_families_serves_an_address_that_means_both(activated):
    port = processes.free_port()
    activated([str(port)], listen=[f":{port}"])
    assert user_at("127.0.0.1", port) == "app"
    with socket.create_connection(("::1", port), timeout=20) as six:
        six.sendall(messages.packet(messages.int32(messages.SSL_CODE)))
        assert six.recv(1) == b"N"


def test_a_socket_that_is_none_for_clients_is_refused(activated):
    port = processes.free_port()
    howdah = activated([f"127.0.0.1:{port}"], options=["--datagram"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", port))
    assert howdah.wait_for_end() == 1
    assert "descriptor 3, which was passed at the start, is not a listening stream socket" in howdah.log()
    howdah.process = None
