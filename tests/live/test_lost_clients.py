"""Clients that vanish at any moment cost no server beyond bounds, hold no lock, and leave nothing to the next one."""

import random

import pytest

from support import wire
from support.messages import COPY_DONE, FLUSH, SYNC, bind, copy_data, execute, extended, message, parse, query, startup
from support.other_targets import target_name
from support.waiting import wait_until

pytestmark = [pytest.mark.beyond_pgbouncer, pytest.mark.threads]

LEAVE = ["close", "reset"]


def app(howdah, **more):
    return wire.connect(howdah, "app", "app", **more)


@pytest.fixture(scope="module", autouse=True)
def table(postgres):
    postgres.rows("create table lost (id int, word text); grant all on lost to app", database="app")
    yield
    postgres.rows("drop table lost", database="app")


@pytest.fixture
def one_server(start_howdah):
    # What a client asked before it closed may go on for that long, which is all that most tests here would wait for.
    return start_howdah(pool={"max_size": 1}, client={"half_close_timeout": "1s"})


@pytest.fixture
def next_client_is_clean(one_server, postgres):
    """What holds after each test here: no lock is left, and the next client works on at most one server."""
    yield

    def is_free():
        return postgres.value("select count(*) from pg_locks where locktype in ('relation', 'advisory')"
                              " and relation is distinct from 'pg_locks'::regclass and pid <> pg_backend_pid()",
                              database="app") == 0

    wait_until(is_free, "all locks are released")
    with app(one_server) as client:
        result = client.query("select 'clean', count(*) from lost")
        assert (result.kinds, result.rows, result.status) == ("TDCZ", [("clean", "0")], "I")
        assert client.query("show transaction_isolation").value == "read committed"
    assert postgres.connections("app") <= 1 or target_name() == "direct"


def vanish(client, way):
    getattr(client, way)()


@pytest.mark.parametrize("way", LEAVE)
def test_in_a_transaction(one_server, next_client_is_clean, way):
    client = app(one_server)
    client.query("begin isolation level serializable")
    client.query("insert into lost values (1); lock lost")
    vanish(client, way)


@pytest.mark.parametrize("way", LEAVE)
def test_in_a_failed_transaction(one_server, next_client_is_clean, way):
    client = app(one_server)
    client.query("begin; insert into lost values (1)")
    assert client.query("select 1/0").status == "E"
    vanish(client, way)


@pytest.mark.parametrize("way", LEAVE)
def test_in_a_running_query(one_server, next_client_is_clean, postgres, way):
    client = app(one_server)
    client.send(query("begin; insert into lost values (1); select pg_sleep(60)"))
    wait_until(lambda: postgres.connections("app", "wait_event = 'PgSleep'") == 1, "the query runs")
    vanish(client, way)
    if target_name() == "direct":
        postgres.rows("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'")


@pytest.mark.parametrize("way", LEAVE)
@pytest.mark.parametrize("start", [query("copy lost from stdin"), parse("", "copy lost from stdin") + bind() + execute() + SYNC], ids=["simple", "extended"])
def test_in_copy_in(one_server, next_client_is_clean, start, way):
    client = app(one_server)
    client.send(start)
    client.read_until("G")
    client.send(copy_data("1\tone\n"))
    vanish(client, way)


@pytest.mark.parametrize("way", LEAVE)
def test_in_the_middle_of_a_copy_message(one_server, next_client_is_clean, way):
    client = app(one_server)
    client.send(query("begin; copy lost from stdin"))
    client.read_until("G")
    client.send(copy_data("1\tone\n") + message("d", b"2\tt", length=1_000_000))
    vanish(client, way)


@pytest.mark.parametrize("way", LEAVE)
def test_in_copy_out(one_server, next_client_is_clean, way):
    client = app(one_server, timeout=20)
    client.send(query("copy (select n, repeat('x', 1000) from generate_series(1, 3000) n) to stdout"))
    client.read_until("d")
    vanish(client, way)


@pytest.mark.parametrize("way", LEAVE)
def test_in_an_endless_result(one_server, next_client_is_clean, way):
    client = app(one_server)
    client.send(query("select repeat('x', 10000), generate_series(1, 1000000000)"))
    client.read_until("D")
    vanish(client, way)


@pytest.mark.parametrize("way", LEAVE)
@pytest.mark.parametrize("content", [message("Q", b"insert into", 5000), message("P", b"\0ins", 5000), b"Q\0", b"B\0\0\0"], ids=["query", "parse", "header", "header of a bind"])
def test_in_the_middle_of_a_message(one_server, next_client_is_clean, content, way):
    client = app(one_server)
    client.send(query("begin; insert into lost values (1)"))
    client.ready()
    client.send(content)
    vanish(client, way)


@pytest.mark.parametrize("way", LEAVE)
def test_in_a_batch_without_sync(one_server, next_client_is_clean, way):
    client = app(one_server)
    client.send(extended("insert into lost values (1)") + FLUSH)
    client.read_until("C")
    vanish(client, way)


@pytest.mark.parametrize("way", LEAVE)
def test_in_the_middle_of_a_pipeline(one_server, next_client_is_clean, way):
    client = app(one_server)
    client.query("begin")
    client.send((extended("insert into lost values (1)") + SYNC) * 200 + extended("select 1/0"))
    client.ready()
    vanish(client, way)


CONVERSATION = (
    query("begin; insert into lost values (1)")
    + extended("select $1::text", ["x" * 3000]) + SYNC
    + query("copy lost from stdin") + copy_data("2\ttwo\n") * 50 + COPY_DONE
    + parse("", "select generate_series(1, 100)") + bind() + execute("", 10) + FLUSH
    + SYNC + query("select pg_advisory_xact_lock(1)") + query("rollback")
)


@pytest.mark.parametrize("chunk", range(8))
def test_at_random_bytes_of_a_conversation(one_server, next_client_is_clean, chunk):
    generator = random.Random(chunk)
    for _ in range(40):
        client = app(one_server)
        size = generator.randrange(len(CONVERSATION))
        client.send(CONVERSATION[:size])
        if size > 100 and generator.random() < 0.5:
            client.read()
        vanish(client, generator.choice(LEAVE))


@pytest.mark.parametrize("way", LEAVE)
def test_at_every_byte_of_a_log_in(start_howdah, postgres, way):
    """Those who leave before they are in cost no server and no place."""
    howdah = start_howdah(pool={"max_size": 2}, client={"max_connections": 60})
    content = startup(user="app", database="app", application_name="x")
    for size in range(len(content) + 1):
        with wire.Connection(howdah.host, howdah.port) as client:
            client.send(content[:size])
            vanish(client, way)
    with app(howdah) as client:
        assert client.query("select 'clean'").value == "clean"


@pytest.mark.howdah_only
def test_an_aborted_backlog_is_not_executed(one_server, postgres):
    """A client that left while waiting for a server never had its request run."""
    with app(one_server) as holder:
        holder.query("begin; select 1")
        for _ in range(10):
            client = app(one_server)
            client.send(query("insert into lost values (99)"))
            client.reset()
        holder.query("commit")
        wait_until(lambda: holder.query("select 1").value == "1", "the server works")
    assert postgres.value("select count(*) from lost where id = 99", database="app") == 0
