"""What a client costs that is logged in and does nothing."""

import contextlib
import resource

import pytest

from support import bench_memory, messages, usage, wire
from support.certificates import Authority
from support.howdah_process import is_sanitized

pytestmark = pytest.mark.howdah_only
LOGGED_IN, WITH_A_SHARED_STATEMENT = 1000, 1500  # bytes, beside what the kernel has for the socket
FEWEST, MOST = 4_000, 10_000  # clients: with fewer, what memory is asked of the kernel at a time would count
OTHER_FILES = 300


@pytest.fixture
def client_count():
    """As many as may be, on both sides of their sockets; with a sanitizer, where memory tells nothing, few."""
    usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = MOST + OTHER_FILES if most == resource.RLIM_INFINITY else min(MOST + OTHER_FILES, most)
    if files < FEWEST + OTHER_FILES:
        pytest.skip(f"only {files} files may be open")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(usual, files), most))
    yield 200 if is_sanitized() else files - OTHER_FILES
    resource.setrlimit(resource.RLIMIT_NOFILE, (usual, most))


def test_an_idle_client_costs_a_kilobyte_and_half_of_one_for_a_shared_statement(start_howdah, client_count):
    howdah = start_howdah(client={"max_connections": client_count + 10}, workers=2)
    kilobytes = bench_memory.kilobytes_per_client(howdah, client_count, True, usage.allocated_kilobytes)
    logged_in, with_statement = (round(one * 1024) for one in kilobytes)
    if not is_sanitized():
        assert logged_in <= LOGGED_IN and with_statement <= WITH_A_SHARED_STATEMENT, (logged_in, with_statement)


MOST_OF_TLS = 24_000  # bytes, with the session in OpenSSL


def test_an_idle_client_by_tls_costs_some_kilobytes(start_howdah, tmp_path):
    certificate, key = Authority(tmp_path).issue("localhost")
    tls = {"mode": "require", "certificate": certificate, "key": key}
    count = 200 if is_sanitized() else 1_000
    howdah = start_howdah(client={"tls": tls, "max_connections": count + 10}, workers=2)
    logged_in, with_statement = bench_memory.kilobytes_per_client(howdah, count, True, usage.allocated_kilobytes, "requested")
    if not is_sanitized():
        assert max(logged_in, with_statement) * 1024 <= MOST_OF_TLS, (logged_in, with_statement)


LARGE_ANSWER = messages.query("select repeat('x', 60000) from generate_series(1, 120)")  # more than sockets hold


def test_a_client_that_has_read_slowly_holds_no_buffer_when_it_is_idle(start_howdah):
    """What was allocated for its answer is used again for those of others, who come later."""
    howdah = start_howdah(workers=1)
    sizes = []
    with contextlib.ExitStack() as ends:
        for _ in range(4):
            connections = [wire.Connection(howdah.host, howdah.port, receive_buffer=65536) for _ in range(24)]
            clients = [ends.enter_context(one).login("app", "app") for one in connections]
            for some in (clients[at : at + 4] for at in range(0, len(clients), 4)):  # as many as there are servers
                for client in some:
                    client.send(LARGE_ANSWER)
                    client.read_until("T")
                for client in some:
                    client.ready()
            sizes.append(usage.allocated_kilobytes(howdah.pid))
    if not is_sanitized():
        assert sizes[-1] - sizes[1] < 512, sizes
