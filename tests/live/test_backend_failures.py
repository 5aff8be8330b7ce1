"""Servers that die, backends that restart or are not there: clients hear the backend's own words, and it is used again."""

import signal
import socket
import time

import pytest

from support import messages, processes, wire
from support.messages import query
from support.waiting import wait_until
from support.watch import wait_for_servers

KILL = "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'app'"


def app(howdah, **more):
    return wire.connect(howdah, "app", "app", **more)


def answers(howdah):
    """Whether a new client gets an answer; an error of a passing kind is none."""
    try:
        with app(howdah) as client:
            return client.query("select 1").sqlstate is None
    except (wire.ServerError, wire.ConnectionClosed):
        return False


@pytest.mark.pooler_only
def test_a_server_killed_while_idle_is_not_handed_out(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 4})
    clients = [app(howdah) for _ in range(4)]
    for client in clients:
        client.query("begin; select 1")
    for client in clients:
        client.query("commit")
    postgres.rows(KILL)
    wait_until(lambda: postgres.connections("app") == 0, "all are dead")
    for client in clients:
        result = client.query("select 'alive'")
        assert result.sqlstate is None and result.value == "alive"


@pytest.mark.howdah_only
@pytest.mark.parametrize("in_transaction", [False, True], ids=["in a query", "in a transaction"])
def test_a_server_killed_while_it_works_ends_its_client_with_one_fatal_error(start_howdah, postgres, in_transaction):
    howdah = start_howdah(pool={"max_size": 1})
    with app(howdah) as client:
        if in_transaction:
            client.query("begin; select 1")
        client.send(query("select pg_sleep(60)"))
        wait_until(lambda: postgres.connections("app", "wait_event = 'PgSleep'") == 1, "the query runs")
        postgres.rows(KILL)
        errors = client.read_to_end().of("E")
        assert [(one.fields["V"], one.fields["C"]) for one in errors] == [("FATAL", "57P01")]
    assert answers(howdah)


@pytest.mark.howdah_only
def test_a_server_killed_between_the_queries_of_a_transaction_ends_its_client(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 1})
    with app(howdah) as client:
        client.query("begin; select 1")
        postgres.rows(KILL)
        result = client.read_to_end()
        assert [(one.fields["V"], one.fields["C"]) for one in result.of("E")] == [("FATAL", "57P01")]
    assert answers(howdah)


@pytest.mark.howdah_only
def test_one_killed_server_says_nothing_about_the_others(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 2})
    with app(howdah) as victim, app(howdah) as other:
        other.query("begin; select 1")
        victim.query("begin; select 1")
        server = victim.query("select pg_backend_pid()").value
        postgres.rows("select pg_terminate_backend(%s)", (server,))
        assert victim.is_closed()
        assert other.query("select 1").value == "1"
        with app(howdah) as third:
            assert third.query("select 1").value == "1"


@pytest.mark.howdah_only
def test_idle_clients_outlive_a_restart_of_the_backend(start_howdah, own_postgres):
    howdah = start_howdah(cluster=own_postgres, pool={"retry_max": "200ms"})
    with app(howdah) as client:
        assert client.query("select 1").value == "1"
        own_postgres.restart()
        wait_until(lambda: client.query("select 2").sqlstate is None, "the backend is used again")


@pytest.mark.howdah_only
def test_waiters_outlive_a_restart_of_the_backend(start_howdah, own_postgres):
    """The request waits for the backend to come back, within acquire_timeout."""
    howdah = start_howdah(cluster=own_postgres, pool={"retry_max": "200ms", "acquire_timeout": "60s"})
    with app(howdah) as client:
        assert client.query("select 1").value == "1"
        own_postgres.stop()
        client.send(query("select 'back'"))
        own_postgres.start()
        assert client.ready().value == "back"


@pytest.mark.howdah_only
def test_a_backend_that_is_down_is_told_in_time_and_the_client_stays(start_howdah, own_postgres):
    howdah = start_howdah(cluster=own_postgres, pool={"retry_max": "100ms", "acquire_timeout": "500ms"})
    with app(howdah) as client:
        assert client.query("select 1").value == "1"
        own_postgres.stop()
        started = time.monotonic()
        result = client.query("select 2")
        assert time.monotonic() - started < 10
        assert result.error["V"] == "ERROR" and result.status == "I"
        own_postgres.start()
        wait_until(lambda: client.query("select 3").sqlstate is None, "the backend is used again")


@pytest.mark.howdah_only
def test_a_new_client_of_a_backend_that_is_down_hears_why(start_howdah):
    nobody = processes.free_port()
    howdah = start_howdah(
        databases={"down": {"backend": f"host=127.0.0.1 port={nobody}", "pool": {"acquire_timeout": "500ms"}}},
    )
    with pytest.raises((wire.ServerError, AssertionError)) as caught:
        with wire.connect(howdah, "app", "down") as client:
            error = client.query("select 1").error
            raise wire.ServerError(error)
    text = str(caught.value.fields)
    assert "refused" in text and str(nobody) in text


ERRORS_OF_THE_BACKEND = {
    "missing database": ("dbname=missing user=app", "3D000"),
    "missing role": ("dbname=app user=missing", "28000"),
}


@pytest.mark.howdah_only
@pytest.mark.parametrize("login, sqlstate", ERRORS_OF_THE_BACKEND.values(), ids=ERRORS_OF_THE_BACKEND)
def test_clients_hear_the_error_of_the_backends_login(start_howdah, postgres, login, sqlstate):
    howdah = start_howdah(
        databases={"broken": {"backend": f"{postgres.backend()} {login}", "pool": {"acquire_timeout": "1s"}}},
    )
    started = time.monotonic()
    with pytest.raises(wire.ServerError) as caught:
        with wire.connect(howdah, "app", "broken") as client:
            raise wire.ServerError(client.query("select 1").error)
    assert caught.value.sqlstate == sqlstate
    assert time.monotonic() - started < 10


@pytest.mark.howdah_only
def test_a_backend_that_is_full_for_a_moment_does_not_fail_the_waiters(start_howdah, own_postgres):
    own_postgres.rows("alter role app connection limit 1")
    howdah = start_howdah(cluster=own_postgres, pool={"max_size": 4, "retry_max": "100ms"})
    outside = own_postgres.connect("app", "app")
    client = wire.Connection(howdah.host, howdah.port)
    client.send(messages.startup(user="app", database="app") + query("select 'in the end'"))
    outside.close()
    client.authenticate("app", None)
    assert client.ready().value == "in the end"
    client.close()


@pytest.mark.howdah_only
def test_a_failing_backend_is_not_hammered(start_howdah, own_postgres):
    """Growing pauses: in two seconds with 50 clients asking, a handful of log-ins."""
    howdah = start_howdah(
        cluster=own_postgres,
        databases={"broken": {"backend": own_postgres.backend("missing"), "pool": {"acquire_timeout": "2s"}}},
    )
    clients = []
    for _ in range(50):
        client = wire.Connection(howdah.host, howdah.port)
        client.send(messages.startup(user="app", database="broken"))
        clients.append(client)
    for client in clients:
        assert client.read_to_end().sqlstate == "3D000"
    assert own_postgres.log().count('database "missing" does not exist') <= 30


@pytest.mark.howdah_only
def test_log_ins_to_one_backend_are_limited_in_number_at_a_time(start_howdah, postgres):
    """Behind a port that accepts and says nothing, no more connections wait than max_concurrent_logins."""
    silent = socket.create_server(("127.0.0.1", 0))
    howdah = start_howdah(
        databases={
            "silent": {
                "backend": f"host=127.0.0.1 port={silent.getsockname()[1]}",
                "pool": {"max_size": 20, "max_concurrent_logins": 3, "connect_timeout": "2s", "acquire_timeout": "1s"},
            }
        },
    )
    clients = [wire.Connection(howdah.host, howdah.port) for _ in range(20)]
    for client in clients:
        client.send(messages.startup(user="app", database="silent"))
    silent.settimeout(0.7)
    accepted = []
    try:
        while True:
            accepted.append(silent.accept()[0])
    except TimeoutError:
        pass
    assert len(accepted) == 3
    with app(howdah) as other:
        assert other.query("select 'not held up'").value == "not held up"


@pytest.mark.howdah_only
def test_a_crash_of_the_backend_loses_only_what_ran(start_howdah, own_postgres):
    howdah = start_howdah(cluster=own_postgres, pool={"retry_max": "200ms"})
    with app(howdah) as idle, app(howdah) as busy:
        assert idle.query("select 1").value == "1"
        busy.query("begin; select 1")
        own_postgres.stop(signal.SIGQUIT)
        assert busy.is_closed()
        own_postgres.start()
        wait_until(lambda: idle.query("select 2").sqlstate is None, "the backend is used again")
    wait_for_servers(own_postgres, 1)
