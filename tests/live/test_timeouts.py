"""Every time limit ends in PostgreSQL's own code, in time, and touches nobody else."""

import socket
import time

import pytest

from support import messages, wire
from support.messages import SYNC, extended, query
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only


def app(howdah, **more):
    return wire.connect(howdah, "app", "app", **more)


def fatal_of(client):
    """SQLSTATE of the one FATAL error that ends the connection."""
    errors = client.read_to_end().of("E")
    assert [one.fields["V"] for one in errors] == ["FATAL"]
    return errors[0].fields["C"]


@pytest.mark.parametrize("content", [query("select pg_sleep(60)"), extended("select pg_sleep(60)") + SYNC], ids=["simple", "extended"])
def test_query_timeout_is_57014_and_keeps_the_client(start_howdah, postgres, content):
    howdah = start_howdah(pool={"query_timeout": "300ms", "max_size": 1})
    with app(howdah) as client:
        started = time.monotonic()
        result = client.run(content)
        assert 0.25 < time.monotonic() - started < 10
        assert (result.error["V"], result.sqlstate) == ("ERROR", "57014")
        assert client.query("select 'alive'").value == "alive"
    assert postgres.connections("app", "wait_event = 'PgSleep'") == 0


def test_query_timeout_runs_only_while_a_query_does(start_howdah):
    howdah = start_howdah(pool={"query_timeout": "400ms"})
    with app(howdah) as client:
        client.query("begin")
        end = time.monotonic() + 1
        while time.monotonic() < end:
            assert client.query("select pg_sleep(0.05)").sqlstate is None
        assert not client.is_closed(within=0.6)
        client.socket.settimeout(20)
        assert client.query("commit").tags == ["COMMIT"]


def test_query_timeout_in_a_transaction_fails_it(start_howdah):
    howdah = start_howdah(pool={"query_timeout": "300ms"})
    with app(howdah) as client:
        client.query("begin")
        result = client.query("select pg_sleep(60)")
        assert (result.sqlstate, result.status) == ("57014", "E")
        assert client.query("rollback").status == "I"


def test_idle_in_transaction_is_25p03(start_howdah, postgres):
    howdah = start_howdah(pool={"idle_in_transaction_timeout": "300ms", "max_size": 1})
    with app(howdah) as client, app(howdah) as other:
        client.query("begin; select 1")
        assert fatal_of(client) == "25P03"
        assert other.query("select 'free again'").value == "free again"
    wait_until(lambda: postgres.connections("app", "state like 'idle in%%'") == 0, "the transaction is over")


def test_idle_in_transaction_counts_from_the_last_answer(start_howdah):
    howdah = start_howdah(pool={"idle_in_transaction_timeout": "500ms"})
    with app(howdah) as client:
        client.query("begin")
        for _ in range(4):
            assert client.query("select pg_sleep(0.3)").sqlstate is None
        assert client.query("select pg_sleep(0.9)").sqlstate is None
        assert client.query("commit").status == "I"
        assert not client.is_closed(within=0.8)
        client.socket.settimeout(20)
        assert client.query("select 'outside'").value == "outside"


def test_transaction_timeout_is_25p04(start_howdah, postgres):
    howdah = start_howdah(pool={"transaction_timeout": "500ms", "max_size": 1})
    with app(howdah) as client, app(howdah) as other:
        client.query("begin")
        code = None
        started = time.monotonic()
        while code is None and time.monotonic() - started < 10:
            client.send(query("select pg_sleep(0.05)"))
            result = client.read_until("ZE")
            if result.of("E"):
                code, severity = result.sqlstate, result.error["V"]
        assert (severity, code) == ("FATAL", "25P04")
        assert client.is_closed()
        assert other.query("select 'free again'").value == "free again"


def test_a_transaction_of_one_long_query_ends_too(start_howdah, postgres):
    howdah = start_howdah(pool={"transaction_timeout": "300ms", "max_size": 1})
    with app(howdah) as client, app(howdah) as other:
        client.send(query("begin; select pg_sleep(60)"))
        assert fatal_of(client) == "25P04"
        assert other.query("select 'free again'").value == "free again"
    assert postgres.connections("app", "wait_event = 'PgSleep'") == 0


def test_an_idle_client_is_told_57p05(start_howdah):
    howdah = start_howdah(client={"idle_timeout": "400ms"})
    with app(howdah) as idle, app(howdah) as busy:
        busy.query("begin")
        started = time.monotonic()
        assert fatal_of(idle) == "57P05"
        assert 0.3 < time.monotonic() - started < 10
        assert not busy.is_closed(within=0.5)
        busy.socket.settimeout(20)
        assert busy.query("commit").status == "I", "a transaction is no idle client"


def test_a_login_that_takes_too_long_is_closed(start_howdah):
    howdah = start_howdah(client={"login_timeout": "400ms"}, auth=[{"from": "0.0.0.0/0", "method": "password"}])
    for content in (b"", b"\0\0", messages.startup(user="app", database="app"), messages.SSL_REQUEST):
        with wire.Connection(howdah.host, howdah.port) as client:
            client.send(content)
            started = time.monotonic()
            assert client.is_closed()
            assert time.monotonic() - started < 10


def test_a_drip_of_bytes_does_not_stretch_the_login(start_howdah):
    howdah = start_howdah(client={"login_timeout": "400ms"})
    with wire.Connection(howdah.host, howdah.port) as client:
        started = time.monotonic()
        client.send(b"\0\0\x20\0\0\3\0\0")
        try:
            while time.monotonic() - started < 10:
                client.send(b"x")
                time.sleep(0.02)
        except OSError:
            pass
        assert time.monotonic() - started < 5


def test_a_backend_that_does_not_answer_is_given_up(start_howdah):
    silent = socket.create_server(("127.0.0.1", 0))
    howdah = start_howdah(
        databases={
            "silent": {
                "backend": f"host=127.0.0.1 port={silent.getsockname()[1]}",
                "pool": {"connect_timeout": "300ms", "acquire_timeout": "1s"},
            }
        },
    )
    started = time.monotonic()
    with pytest.raises(wire.ServerError):
        with wire.connect(howdah, "app", "silent") as client:
            raise wire.ServerError(client.query("select 1").error)
    assert time.monotonic() - started < 10
    silent.close()


def test_postgres_own_statement_timeout_passes_through(start_howdah):
    howdah = start_howdah()
    with app(howdah, statement_timeout="200") as client:
        result = client.query("select pg_sleep(60)")
        assert (result.sqlstate, result.status) == ("57014", "I")
