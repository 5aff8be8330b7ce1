"""Much data over one connection: large results, narrow rows, COPY in both directions. The client looks only for the end."""

import time

from support import messages, wire

BUFFER = 1 << 20
READY = messages.message("Z", b"I")
ROW = b"1234567\tone hundred bytes or so, as a row of an order with its customer, article, amount and date may have\n"


def _read_to_ready(client, buffer):
    """How many bytes came up to ReadyForQuery."""
    total, end = 0, b""
    while end != READY:
        size = client.socket.recv_into(buffer)
        if not size:
            raise wire.ConnectionClosed("in the middle of a result")
        total += size
        end = (end + bytes(buffer[max(size - len(READY), 0) : size]))[-len(READY) :]
    return total


def _receive(sql):
    def transfer(client, repetitions):
        request, buffer = messages.query(sql), bytearray(BUFFER)
        total = 0
        for _ in range(repetitions):
            client.send(request)
            total += _read_to_ready(client, buffer)
        return total

    return transfer


def _copy_in(client, repetitions):
    chunk = messages.message("d", ROW) * 600
    total = 0
    for _ in range(repetitions):
        client.query("truncate bench_copied")
        client.send(messages.query("copy bench_copied from stdin"))
        client.read_until("G")
        for _ in range(160):
            client.send(chunk)
            total += len(chunk)
        client.send(messages.COPY_DONE)
        client.ready()
    return total


TABLES = "create unlogged table bench_copied (id int, line text)"
ROWS = "select repeat('x', {}) from generate_series(1, {})"
# How to move the bytes, and how often in one measurement: each time some hundred MB.
TRANSFERS = {
    "1 MB results": (_receive(ROWS.format(1000, 1000)), 200),
    "10 MB results": (_receive(ROWS.format(1000, 10_000)), 20),
    "narrow rows": (_receive(ROWS.format(4, 1_000_000)), 4),
    "COPY out": (_receive(f"copy ({ROWS.format(1000, 100_000)}) to stdout"), 1),
    "COPY in": (_copy_in, 3),
}


def transfer(target, name, share=1.0):
    """Runs this transfer, or a share of it, as user app. How many bytes there were."""
    move, repetitions = TRANSFERS[name]
    with wire.connect(target, "app", "app", timeout=60) as client:
        return move(client, max(round(repetitions * share), 1))


def timed(target, name, share=1.0):
    """Gigabytes, and the seconds that they took with the log-in."""
    begun = time.perf_counter()
    moved = transfer(target, name, share)
    return moved / 1e9, time.perf_counter() - begun
