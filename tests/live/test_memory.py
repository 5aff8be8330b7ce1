"""Memory does not follow the size of what goes through, however slowly a peer reads."""

import struct
import threading

import pytest

from support import wire
from support.howdah_process import is_sanitized
from support.messages import COPY_DONE, copy_data, query
from support.waiting import wait_until

MEGABYTE = 1_000_000
ROWS = "select repeat(md5(n::text), 3125) from generate_series(1, {}) n"  # 100 kB each
pytestmark = [pytest.mark.howdah_only, pytest.mark.time_limit(900)]


@pytest.fixture(params=[200, pytest.param(1000, marks=pytest.mark.long)], ids="{} MB".format)
def megabytes(request):
    return request.param


@pytest.fixture
def growth(howdah):
    """A function that looks whether its memory has grown by less than a megabyte since the first clients were served. Not
    with a sanitizer, which keeps what was freed for a while: all that went through, in the end."""
    for _ in range(3):
        with wire.connect(howdah) as client:
            client.send(query(ROWS.format(100)))
            read_result(client)
    before = howdah.rss_kb()
    is_kept = is_sanitized()

    def check():
        grown = howdah.rss_kb() - before
        assert is_kept or grown < 1024, f"by {grown} kB"

    return check


def read_result(client, pause_every=None, check=None):
    """Reads up to ReadyForQuery and keeps nothing. With a pause the socket buffers fill up again and again, so that the
    writer has to wait. How many bytes there were."""
    total, since, kind = 0, 0, None
    while kind != b"Z":
        kind, length = struct.unpack("!ci", client.take(5))
        assert kind != b"E", client.take(length - 4)
        left = length - 4
        while left > 0:
            left -= len(client.take(min(left, 65536)))
        total += length
        since += length
        if pause_every and since > pause_every:
            since = 0
            threading.Event().wait(0.02)
            check()
    return total


SELECTS = {"SELECT": ROWS, "COPY": "copy (" + ROWS + ") to stdout"}


@pytest.mark.parametrize("sql", SELECTS.values(), ids=SELECTS)
def test_a_large_result_with_a_slow_reader_costs_no_memory(howdah, growth, megabytes, sql):
    with wire.Connection(howdah.host, howdah.port, timeout=60, receive_buffer=65536) as client:
        client.login("postgres", "postgres")
        client.send(query(sql.format(megabytes * 10)))
        assert read_result(client, pause_every=5 * MEGABYTE, check=growth) > megabytes * MEGABYTE
        growth()
        assert client.query("select 'alive'").value == "alive"


def test_a_reader_that_stops_stops_its_server_and_nobody_else(howdah, growth, postgres):
    with wire.Connection(howdah.host, howdah.port, timeout=60, receive_buffer=65536) as client:
        client.login("app", "app")
        client.send(query(ROWS.format(10000)))
        wait_until(
            lambda: postgres.connections("app", "wait_event = 'ClientWrite'") == 1, "the server waits for the client",
        )
        for number in range(200):
            with wire.connect(howdah, "app", "app") as other:
                assert other.query(f"select {number}").value == str(number)
        growth()


def test_large_rows_into_copy_cost_no_memory(howdah, growth, megabytes, postgres):
    postgres.rows("create unlogged table if not exists swallowed (line text)")
    postgres.rows("create or replace function swallow() returns trigger language plpgsql as 'begin return null; end'")
    postgres.rows("create or replace trigger swallow before insert on swallowed for each row execute function swallow()")
    line = copy_data(b"x" * 99_990 + b"\n")
    with wire.connect(howdah, timeout=60) as client:
        client.send(query("copy swallowed from stdin"))
        client.read_until("G")
        for part in range(megabytes):
            client.send(line * 10)
            if part % 20 == 0:
                growth()
        assert client.run(COPY_DONE).tags == ["COPY 0"]
        growth()


def test_a_server_that_reads_slowly_stops_its_client(howdah, growth, postgres):
    """The server sleeps at each row; what the client has sent waits in the sockets."""
    postgres.rows("create unlogged table if not exists slow (line text)")
    postgres.rows(
        "create or replace function slow() returns trigger language plpgsql as 'begin perform pg_sleep(0.01); return null; end'"
    )
    postgres.rows("create or replace trigger slow before insert on slow for each row execute function slow()")
    with wire.connect(howdah, timeout=60) as client:
        client.send(query("copy slow from stdin"))
        client.read_until("G")
        for _ in range(100):
            client.send(copy_data(b"x" * 200_000 + b"\n"))
            growth()
        assert client.run(COPY_DONE).sqlstate is None


def test_one_huge_message_costs_no_memory(howdah, growth):
    with wire.connect(howdah, timeout=60) as client:
        content = "x" * 100_000_000
        sender = threading.Thread(target=client.send, args=(query(f"select length('{content}')"),))
        sender.start()
        while sender.is_alive():
            growth()
            sender.join(0.05)
        assert client.ready().value == "100000000"
        growth()


def test_an_idle_client_costs_few_kilobytes(start_howdah):
    howdah = start_howdah(client={"max_connections": 3000})
    first = [wire.connect(howdah) for _ in range(200)]
    before = howdah.rss_kb()
    clients = [wire.connect(howdah) for _ in range(700)]
    for client in clients:
        client.query("select 1")
    assert (howdah.rss_kb() - before) / 700 < (10 if not is_sanitized() else 200)
    for client in first + clients:
        client.close()


def test_clients_that_come_and_go_leave_nothing(howdah):
    def come_and_go():
        for _ in range(500):
            with wire.connect(howdah) as client:
                client.query("select 1")

    come_and_go()
    memory, files = howdah.rss_kb(), howdah.open_files()
    for _ in range(4):
        come_and_go()
    assert howdah.rss_kb() - memory < (1024 if not is_sanitized() else 65536)
    wait_until(lambda: howdah.open_files() <= files + 1, "all sockets are closed")
