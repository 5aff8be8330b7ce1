"""What an administrator orders on the console: PAUSE, RESUME, KILL, RECONNECT, DISABLE and the like, on all workers."""

import contextlib
import select
import signal
import threading

import pytest

from support import wire
from support.console import show
from support.howdah_process import HowdahProcess
from support.messages import query
from support.waiting import holds_for, wait_until

COLUMNS = ["name", "host", "port", "database", "force_user", "pool_size", "min_pool_size", "reserve_pool", "pool_mode", "max_connections", "current_connections", "paused", "disabled"]

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]


def app(howdah, database="app", **more):
    return wire.connect(howdah, "app", database, **more)


def console(howdah):
    return wire.connect(howdah, "postgres", "howdah")


def order(howdah, sql):
    """The command tag, or the error."""
    with console(howdah) as admin:
        result = admin.query(sql)
        assert result.status == "I"
        return result.tags[-1] if result.sqlstate is None else result.error


@pytest.fixture(params=[1, 4], ids=["one_worker", "four_workers"])
def orders(request, start_howdah):
    return start_howdah(workers=request.param, pool={"max_size": 2})


@pytest.fixture(scope="module")
def one_database(postgres):
    """A howdah that serves the database `only` and no other."""
    howdah = HowdahProcess({"databases": {"only": {"backend": postgres.backend("app")}}})
    try:
        yield howdah.start()
        howdah.stop()
    finally:
        howdah.remove()


@contextlib.contextmanager
def ordered(howdah, sql):
    """An order that is waited for elsewhere; gives its console."""
    with console(howdah) as admin:
        admin.send(query(sql))
        yield admin


def is_answered(connection):
    """Whether there is anything to read."""
    return bool(select.select([connection.socket], [], [], 0)[0])


def database(howdah, name="app"):
    """Its row of SHOW DATABASES."""
    return next(row for row in show(howdah, "databases") if row["name"] == name)


def test_pause_waits_for_transactions_and_ends_all_server_connections(orders, postgres):
    with app(orders) as busy, app(orders) as other:
        busy.query("begin; select 1")
        other.query("select 1")
        with ordered(orders, "pause app") as admin:
            wait_until(lambda: postgres.connections("app") == 1, "the idle ones are closed")
            assert holds_for(0.2, lambda: not is_answered(admin))
            assert busy.query("select 2").value == "2"  # it goes on
            busy.query("commit")
            assert admin.ready().tags == ["PAUSE"]
        assert postgres.connections("app") == 0
        assert order(orders, "resume app") == "RESUME"


def test_who_asks_while_paused_waits_and_goes_on_after_resume(orders):
    with app(orders) as known:
        known.query("select 1")
        assert order(orders, "pause") == "PAUSE"
        known.send(query("select 2"))
        with app(orders) as new:  # its welcome is known from the other
            new.send(query("select 3"))
            assert holds_for(0.2, lambda: not is_answered(known) and not is_answered(new))
            assert order(orders, "resume") == "RESUME"
            assert (known.ready().value, new.ready().value) == ("2", "3")


def test_a_pause_holds_for_pools_that_are_made_later(orders, postgres):
    assert order(orders, "pause") == "PAUSE"
    done = []
    log_in = threading.Thread(target=lambda: done.append(app(orders, "postgres")))
    log_in.start()
    wait_until(lambda: any(row["cl_waiting"] == "1" for row in show(orders, "pools")), "it waits")
    assert postgres.connections("postgres") == 0
    assert order(orders, "resume") == "RESUME"
    log_in.join(20)
    with done[0] as client:
        assert client.query("select 1").value == "1"


def test_what_is_not_paused_cannot_be_resumed(orders):
    assert order(orders, "resume")["M"] == "pooler is not paused/suspended"
    assert order(orders, "resume app")["M"] == "database app is not paused"
    assert order(orders, "pause")
    assert order(orders, "resume app")["M"] == "all databases are paused: use RESUME"
    assert order(orders, "resume") == "RESUME"


def test_pause_in_session_mode_waits_for_the_session(start_howdah):
    howdah = start_howdah(pool={"mode": "session"})
    with app(howdah) as client:
        client.query("select 1")
        with ordered(howdah, "pause app") as admin:
            wait_until(lambda: database(howdah)["paused"] == "1", "it is paused")
            assert client.query("select 2").value == "2"
            assert not is_answered(admin)
            client.close()
            assert admin.ready().tags == ["PAUSE"]


def test_an_administrator_who_leaves_ends_the_wait_and_nothing_else(orders):
    with app(orders) as busy:
        busy.query("begin; select 1")
        with ordered(orders, "pause app"):
            wait_until(lambda: database(orders)["paused"] == "1", "it is paused")
        wait_until(lambda: [row["database"] for row in show(orders, "clients")].count("howdah") == 1, "he has left")
        busy.query("commit")
        assert database(orders)["paused"] == "1"
        assert order(orders, "resume app") == "RESUME"
        assert busy.query("select 1").value == "1"


def test_a_cancelled_pause_is_taken_back(orders):
    with app(orders) as busy, app(orders) as other:
        busy.query("begin; select 1")
        with ordered(orders, "pause app") as admin:
            wait_until(lambda: database(orders)["paused"] == "1", "it is paused")
            admin.cancel()
            assert admin.ready().sqlstate == "57014"
            assert other.query("select 1").value == "1"


def test_kill_drops_all_at_once_and_pauses(orders, postgres):
    with app(orders) as busy, app(orders) as idle, app(orders, "postgres") as elsewhere:
        elsewhere.query("select 1")
        busy.send(query("select pg_sleep(60)"))
        idle.query("select 1")
        wait_until(lambda: postgres.connections("app", "state = 'active'") == 1, "it runs")
        assert order(orders, "kill app") == "KILL"
        for client in (busy, idle):
            assert client.read_to_end().sqlstate == "57P01"
        wait_until(lambda: postgres.connections("app") == 0, "nothing of it is left", timeout=3)
        assert elsewhere.query("select 1").value == "1"
        with app(orders) as later:
            later.send(query("select 1"))
            assert holds_for(0.2, lambda: not is_answered(later))
            assert order(orders, "resume app") == "RESUME"
            assert later.ready().value == "1"


def test_kill_client_takes_the_one_that_is_named(orders):
    with app(orders) as one, app(orders) as other:
        one.query("begin; select 1")
        other.query("select 1")
        pointer = next(row["ptr"] for row in show(orders, "clients") if row["state"] == "active" and row["database"] == "app")
        assert order(orders, f"kill_client {pointer}") == "KILL_CLIENT"
        assert one.read_to_end().sqlstate == "57P01"
        assert other.query("select 1").value == "1"
        assert order(orders, f"kill_client {pointer}")["M"] == f"no such client: {pointer}"
        assert order(orders, "kill_client nobody")["C"] == "42601"


def test_disable_refuses_new_clients_only(orders):
    with app(orders) as known:
        known.query("select 1")
        assert order(orders, "disable app") == "DISABLE"
        with pytest.raises(wire.ServerError) as caught:
            app(orders)
        assert (caught.value.sqlstate, caught.value.fields["M"]) == ("57P03", 'database "app" is disabled')
        assert known.query("select 1").value == "1"
        assert database(orders)["disabled"] == "1"
        assert order(orders, "enable app") == "ENABLE"
        app(orders).close()


def test_reconnect_closes_each_server_at_its_release_and_wait_close_waits_for_that(orders):
    with app(orders) as busy, app(orders) as other:
        busy.query("begin")
        old = busy.query("select pg_backend_pid()").value
        idle = other.query("select pg_backend_pid()").value
        assert order(orders, "reconnect app") == "RECONNECT"
        assert [row["remote_pid"] for row in show(orders, "servers") if row["close_needed"] == "1"] == [old]
        assert other.query("select pg_backend_pid()").value not in (old, idle)
        with ordered(orders, "wait_close app") as admin:
            assert holds_for(0.2, lambda: not is_answered(admin))
            assert busy.query("select pg_backend_pid()").value == old
            busy.query("commit")
            assert admin.ready().tags == ["WAIT_CLOSE"]
        assert busy.query("select pg_backend_pid()").value != old
        assert order(orders, "wait_close") == "WAIT_CLOSE"


@pytest.mark.parametrize("verb", ["pause", "resume", "disable", "enable", "kill", "reconnect", "wait_close"])
def test_a_database_that_is_not_there_is_told(one_database, verb):
    for name in ("nosuch", "*", "howdah"):
        error = order(one_database, f"{verb} {name}")
        assert (error["C"], error["M"]) == ("3D000", f"no such database: {name}")


def test_suspend_is_refused(orders):
    assert order(orders, "suspend")["C"] == "0A000"


def test_shutdown_ends_at_once(orders):
    with app(orders) as client, console(orders) as admin:
        client.query("begin; select 1")
        admin.send(query("shutdown"))
        assert orders.wait_for_end() == 0
        assert client.read_to_end().sqlstate == "57P01"


def test_shutdown_waits_for_servers(orders):
    with app(orders) as busy, app(orders) as idle:
        busy.query("begin; select 1")
        assert order(orders, "shutdown wait_for_servers") == "SHUTDOWN"
        assert idle.read_to_end().sqlstate == "57P01"
        assert orders.is_running() and busy.query("select 2").value == "2"
        busy.query("commit")
        assert orders.wait_for_end() == 0


def test_shutdown_waits_for_clients(orders):
    with app(orders) as client, console(orders) as admin:
        client.query("select 1")
        assert admin.query("shutdown wait_for_clients").tags == ["SHUTDOWN"]
        wait_until(lambda: _is_refused(orders), "no new clients")
        for _ in range(3):
            assert client.query("begin; select 1; commit").sqlstate is None
        assert admin.query("show clients").rows
        client.close()
        assert orders.wait_for_end() == 0


def _is_refused(howdah):
    try:
        app(howdah).close()
        return False
    except (ConnectionError, wire.ConnectionClosed):
        return True


def test_sigterm_hastens_a_shutdown_that_waits_for_clients(orders):
    with app(orders) as client:
        client.query("select 1")
        assert order(orders, "shutdown wait_for_clients") == "SHUTDOWN"
        orders.signal(signal.SIGTERM)
        assert client.read_to_end().sqlstate == "57P01"
        assert orders.wait_for_end() == 0


def test_several_orders_in_one_query_are_done_in_order(orders):
    with console(orders) as admin:
        result = admin.query("pause app; show databases; resume app; resume app; show version")
        assert result.tags == ["PAUSE", "SHOW", "RESUME"] and result.error["M"] == "database app is not paused"
        rows = [dict(zip(COLUMNS, row)) for row in result.rows]
        assert [row["paused"] for row in rows if row["name"] == "app"] == ["1"]


def test_who_waits_in_vain_while_paused_hears_why(start_howdah):
    howdah = start_howdah(pool={"acquire_timeout": "200ms"})
    with app(howdah) as client:
        client.query("select 1")
        assert order(howdah, "pause app") == "PAUSE"
        error = client.query("select 1").error
        assert error["C"] == "53300" and "paused by an administrator" in error["D"] and "RESUME" in error["H"]
        assert order(howdah, "resume app") == "RESUME"
        assert client.query("select 1").value == "1"


def test_clients_that_listen_hear_on_after_a_pause(orders):
    with app(orders) as listener, app(orders) as other:
        listener.query("listen news")
        assert order(orders, "pause app") == "PAUSE"
        assert order(orders, "resume app") == "RESUME"
        other.query("notify news")
        assert listener.read_until("A")
