"""Waiting for a server: in strict order, with an end, and nothing left behind by those who leave."""

import threading
import time

import pytest

from support import messages, wire
from support.messages import query
from support.waiting import wait_until

pytestmark = pytest.mark.threads


def app(howdah, **more):
    return wire.connect(howdah, "app", "app", **more)


def waiting_count(howdah):
    """How many clients wait, as the console says."""
    with wire.connect(howdah, howdah.admin_user, "howdah") as console:
        pools = console.query("show pools")
        at = pools.columns.index("cl_waiting")
        return sum(int(row[at]) for row in pools.rows)


def wait_for_waiters(howdah, count):
    wait_until(lambda: waiting_count(howdah) == count, f"{count} clients wait")


MOST_OVERTAKING = 64  # as the reference says


@pytest.fixture
def one_server(start_howdah):
    return start_howdah(pool={"max_size": 1})


def order_of_service(howdah, count):
    """In which order clients are served who began to wait one after the other, each known by its place."""
    holder = app(howdah)
    holder.query("begin; select 1")
    order, lock = [], threading.Lock()
    clients = [app(howdah) for _ in range(count)]

    def wait(number):
        clients[number].ready()
        with lock:
            order.append(number)

    threads = []
    for number, client in enumerate(clients):
        client.send(query("insert into served select coalesce(max(n), 0) + 1, " + f"{number} from served"))
        wait_for_waiters(howdah, number + 1)
        threads.append(threading.Thread(target=wait, args=(number,)))
    for thread in threads:
        thread.start()
    holder.query("create table served (n int, client int)")
    holder.query("commit")
    for thread in threads:
        thread.join(20)
    assert sorted(order) == list(range(count))
    rows = holder.query("select client from served order by n").rows
    holder.query("drop table served")
    return [int(client) for (client,) in rows]


@pytest.mark.howdah_only
def test_waiters_of_one_worker_are_served_in_strict_order(start_howdah):
    howdah = start_howdah(pool={"max_size": 1}, workers=1)
    assert order_of_service(howdah, 20) == list(range(20))


@pytest.mark.howdah_only
def test_waiters_of_several_workers_are_overtaken_by_few(start_howdah):
    howdah = start_howdah(pool={"max_size": 1}, workers=3)
    served = order_of_service(howdah, 150)
    overtaking = [sum(later > client for later in served[:place]) for place, client in enumerate(served)]
    assert sorted(served) == list(range(150))
    assert 0 < max(overtaking) <= MOST_OVERTAKING


@pytest.mark.howdah_only
def test_who_comes_later_never_overtakes(one_server):
    """A client that asks again and again gets in line behind the one that waits."""
    holder, patient = app(one_server), app(one_server)
    holder.query("begin; select 1")
    patient.send(query("select clock_timestamp()::text"))
    wait_for_waiters(one_server, 1)
    holder.send(query("commit") + query("select clock_timestamp()::text"))
    holder.ready()
    assert patient.ready().value < holder.ready().value


@pytest.mark.howdah_only
def test_acquire_timeout_says_why_and_keeps_the_client(start_howdah):
    howdah = start_howdah(pool={"max_size": 1, "acquire_timeout": "1s"})
    with app(howdah) as holder, app(howdah) as waiter:
        holder.query("begin; select 1")
        started = time.monotonic()
        result = waiter.query("select 1")
        assert 0.9 < time.monotonic() - started < 5
        assert (result.error["V"], result.sqlstate, result.kinds, result.status) == ("ERROR", "53300", "EZ", "I")
        assert "1" in result.error["M"] + result.error.get("D", ""), "says how many servers there are"
        result = waiter.run(messages.extended("select 2") + messages.SYNC)
        assert (result.sqlstate, result.kinds) == ("53300", "EZ")
        holder.query("commit")
        assert waiter.query("select 3").value == "3"
        assert waiter.run(messages.extended("select 4") + messages.SYNC).value == "4"


@pytest.mark.howdah_only
def test_acquire_timeout_in_a_pipeline_answers_every_sync(start_howdah):
    howdah = start_howdah(pool={"max_size": 1, "acquire_timeout": "1s"})
    with app(howdah) as holder, app(howdah) as waiter:
        holder.query("begin; select 1")
        pipeline = messages.extended("select 1") + messages.extended("select 2") + messages.SYNC
        waiter.send(pipeline + pipeline)
        assert waiter.ready().kinds == "EZ"
        holder.query("commit")
        assert waiter.ready().status == "I"
        assert waiter.query("select 'alive'").value == "alive"


@pytest.mark.howdah_only
def test_a_cancelled_waiter_leaves_the_queue_and_stays_connected(one_server):
    with app(one_server) as holder, app(one_server) as waiter:
        holder.query("begin; select 1")
        waiter.send(query("select 1"))
        wait_for_waiters(one_server, 1)
        waiter.cancel()
        result = waiter.ready()
        assert (result.sqlstate, result.status) == ("57014", "I")
        assert waiting_count(one_server) == 0
        assert holder.query("select 'not cancelled'").value == "not cancelled"
        holder.query("commit")
        assert waiter.query("select 2").value == "2"


@pytest.mark.howdah_only
@pytest.mark.parametrize("way", ["close", "reset"])
def test_a_vanished_waiter_leaves_the_queue(one_server, way):
    with app(one_server) as holder, app(one_server) as behind:
        holder.query("begin; select 1")
        waiter = app(one_server)
        waiter.send(query("create table by_a_ghost ()"))
        wait_for_waiters(one_server, 1)
        behind.send(query("select to_regclass('by_a_ghost')"))
        wait_for_waiters(one_server, 2)
        getattr(waiter, way)()
        wait_for_waiters(one_server, 1)
        holder.query("commit")
        assert behind.ready().value is None


@pytest.mark.howdah_only
def test_a_hundred_waiters_are_all_served(one_server):
    holder = app(one_server)
    holder.query("begin; select 1")
    clients = [app(one_server) for _ in range(100)]
    for number, client in enumerate(clients):
        client.send(query(f"select 'client {number}'"))
    wait_for_waiters(one_server, 100)
    holder.query("commit")
    for number, client in enumerate(clients):
        assert client.ready().value == f"client {number}"
        client.close()


@pytest.mark.howdah_only
def test_a_waiter_with_a_large_request_costs_bounded_memory(one_server):
    """What a waiting client sends on waits in its own socket, not in our memory."""
    with app(one_server) as holder, app(one_server) as waiter:
        holder.query("begin; select 1")
        before = one_server.rss_kb()
        content = query("select length('" + "x" * 30_000_000 + "')")
        sender = threading.Thread(target=waiter.send, args=(content,))
        sender.start()
        wait_for_waiters(one_server, 1)
        assert one_server.rss_kb() - before < 4096
        holder.query("commit")
        assert waiter.ready().value == "30000000"
        sender.join()


@pytest.mark.howdah_only
def test_who_waits_is_told_by_whom_the_servers_are_held(start_howdah):
    """By a notice, by the console and by the error in the end, wherever the holders are."""
    howdah = start_howdah(pool={"max_size": 2, "acquire_notify": "500ms", "acquire_timeout": "3s"})
    with (
        app(howdah, application_name="the older one") as older,
        app(howdah, application_name="the younger one") as younger,
        app(howdah) as waiter,
        wire.connect(howdah, howdah.admin_user, "howdah") as console,
    ):
        older.query("begin; select 1")
        younger.query("begin; select 1")
        waiter.send(query("select 'served'"))
        notice = waiter.read()
        assert notice.kind == "N" and notice.fields["M"].startswith("waiting for a server connection for 0.")
        assert "2 of at most 2 server connections: 2 idle in transaction" in notice.fields["D"]
        assert "Place in the queue: 1 of 1." in notice.fields["D"]
        answer = console.query("show waiting")
        row = dict(zip(answer.columns, answer.rows[0]))
        assert (row["place"], row["pool_size"], row["servers"], row["user"]) == ("1", "2", "2", "app")
        assert "from 127.0.0.1:" in row["held_by"]
        error = waiter.read()
        assert (error.kind, error.fields["C"]) == ("E", "53300")
        for text in (notice.fields["D"], row["held_by"], error.fields["D"]):
            assert 0 < text.find("the older one") < text.find("the younger one"), text
        assert "idle_in_transaction_timeout" in error.fields["H"]
        assert "127.0.0.1" not in error.fields["D"]
        assert waiter.read().kind == "Z"
        assert console.query("show waiting").rows == []
        older.query("commit")
        assert waiter.query("select 'served'").value == "served"
