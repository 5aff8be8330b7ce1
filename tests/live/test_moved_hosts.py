"""Hosts that are no more what they were while their connections last: an address that means another machine, a server that
takes no writes any more, a machine that is silent, a name with another address."""

import os
import socket
import time

import pytest

from support import processes, wire
from support.console import show
from support.forwarder import Forwarder
from support.howdah_process import is_sanitized
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only

WRITE = "create table if not exists written (); drop table written"
NSS_WRAPPER = "libnss_wrapper.so"


def backend_of(*targets, attributes="read-write", **more):
    hosts, ports = (",".join(str(part) for part in parts) for parts in ((one.host for one in targets), (one.port for one in targets)))
    extra = "".join(f" {key}={value}" for key, value in more.items())
    return f"host={hosts} port={ports} target_session_attrs={attributes}{extra}"


def databases(backend, **pool):
    return {"*": {"backend": backend, "pool": {"max_size": 3, "acquire_timeout": "30s", **pool}}}


def port_of(client):
    return int(client.query("show port").value)


def read_only(cluster, on):
    cluster.rows(f"alter system set default_transaction_read_only = {on}")
    cluster.rows("select pg_reload_conf()")


def test_an_address_that_moves_on_is_followed_after_one_error(start_howdah, postgres, own_postgres):
    demoted = own_postgres
    with Forwarder(demoted) as address:
        howdah = start_howdah(databases=databases(backend_of(address)))
        clients = [wire.connect(howdah, "app", "app") for _ in range(3)]
        for client in clients:
            client.query("begin; select 1")
        for client in clients:
            client.query("commit")
        assert demoted.connections("app") == 3
        address.target = postgres
        read_only(demoted, "on")
        wait_until(lambda: demoted.value("show default_transaction_read_only") == "on", "it takes no writes")
        assert clients[0].query(WRITE).sqlstate in ("25006", None)
        wait_until(lambda: demoted.connections("app") == 0, "all its servers are left")
        assert [client.query(WRITE).sqlstate for client in clients] == [None] * 3
        assert {port_of(client) for client in clients} == {postgres.port}
        for client in clients:
            client.close()


def test_a_client_that_reads_only_by_its_own_will_changes_nothing(start_howdah, postgres):
    howdah = start_howdah(databases=databases(backend_of(postgres), max_size=1))
    with wire.connect(howdah, "app", "app") as client:
        server = client.query("select pg_backend_pid()").value
        for _ in range(100):
            result = client.query(f"begin read only; {WRITE}")
            assert result.sqlstate == "25006"
            client.query("rollback")
        client.query("set default_transaction_read_only = on")
        assert client.query(WRITE).sqlstate == "25006"
        assert client.query("select pg_backend_pid()").value == server
        with wire.connect(howdah, "app", "app") as other:
            assert other.query(WRITE).sqlstate is None
            assert other.query("select pg_backend_pid()").value == server


def test_a_machine_that_is_silent_costs_its_share_of_the_time_once(start_howdah, postgres):
    with socket.create_server(("127.0.0.1", processes.free_port())) as silent:

        class Silent:
            host, port = silent.getsockname()

        backend = backend_of(Silent, postgres, connect_timeout=1)
        howdah = start_howdah(workers=1, databases=databases(backend, connect_timeout="20s", idle_timeout="100ms"))
        started = time.monotonic()
        with wire.connect(howdah, "app", "app") as client:
            assert port_of(client) == postgres.port
            assert time.monotonic() - started < 15
            wait_until(lambda: postgres.connections("app") == 0, "the server is closed")
            again = time.monotonic()
            assert port_of(client) == postgres.port
            assert time.monotonic() - again < 1
        assert len([one for one in show(howdah, "servers") if one["port"] == str(silent.getsockname()[1])]) == 0


@pytest.fixture
def names(tmp_path):
    """A directory of names that howdah asks in place of the system's: write(name="127.0.0.1")."""

    class Names:
        path = tmp_path / "hosts"

        def write(self, **addresses):
            fresh = tmp_path / "fresh"
            fresh.write_text("".join(f"{address} {name}\n" for name, address in addresses.items()))
            os.replace(fresh, self.path)

    tmp_path.chmod(0o755)
    return Names()


@pytest.mark.skipif(is_sanitized(), reason="a sanitizer's library must be the first one")
def test_a_name_is_looked_up_again_and_its_servers_follow(start_howdah, postgres, names, monkeypatch):
    names.write(db="127.0.0.1")
    monkeypatch.setenv("LD_PRELOAD", NSS_WRAPPER)
    monkeypatch.setenv("NSS_WRAPPER_HOSTS", str(names.path))
    backend = f"host=db port={postgres.port}"
    with Forwarder(postgres, "127.0.0.2", postgres.port):
        howdah = start_howdah(workers=1, databases=databases(backend, dns_ttl="500ms"))
        monkeypatch.delenv("LD_PRELOAD")
        with wire.connect(howdah, "app", "app") as idle, wire.connect(howdah, "app", "app") as busy:
            idle.query("select 1")
            busy.query("begin; select 1")
            idle.query("select 1")
            known = lambda: [(row["hostname"], row["addrs"]) for row in show(howdah, "dns_hosts")]
            wait_until(lambda: known() == [("db", "127.0.0.1")], "the name is known")
            before = {row["ptr"] for row in show(howdah, "servers")}
            assert len(before) == 2
            names.write(db="127.0.0.2")
            gone = lambda: {row["ptr"] for row in show(howdah, "servers")} & before
            wait_until(lambda: len(gone()) == 1, "the idle server is replaced")
            assert known() == [("db", "127.0.0.2")]
            assert busy.query("select 1").value == "1"
            busy.query("commit")
            wait_until(lambda: not gone(), "the other one follows when it is free")
