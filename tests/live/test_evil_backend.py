"""A backend that is not PostgreSQL: what it may do to a log-in. No secret leaves that should not, no loop blocks, and clients
get an error that is one."""

import socket
import threading
import time

import pytest

from support import evil_backend, wire
from support.evil_backend import CLEAR_TEXT, OK, READY, EvilBackend, sasl, server_first
from support.messages import int32, message

pytestmark = pytest.mark.howdah_only

PASSWORD = "the password of the pool"
# How long a query of another client may take at most while all this goes on.
LONGEST_QUERY = 0.5


@pytest.fixture
def evil():
    """A factory; all are closed at the end."""
    made = []

    def make(act, context=None):
        made.append(EvilBackend(act, context))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def outcome(start_howdah, postgres):
    """What a client hears whose backend this is: the error's fields. Meanwhile another client, of another database on the
    same worker, is served."""

    def run(backend, more="", **pool):
        dsn = f"host=127.0.0.1 port={backend.port} user=pool password='{PASSWORD}' {more}"
        pool = {"connect_timeout": "1s", "acquire_timeout": "1500ms", "max_concurrent_logins": 1, **pool}
        entries = {"evil": {"backend": dsn, "pool": pool}, "app": {"backend": postgres.backend()}}
        howdah = start_howdah(databases=entries, workers=1)
        heard, slowest = [], 0.0

        def try_it():
            try:
                wire.connect(howdah, "app", "evil").close()
                heard.append(None)
            except wire.ServerError as error:
                heard.append(error.fields)

        thread = threading.Thread(target=try_it, daemon=True)
        with wire.connect(howdah, "app", "app") as other:
            other.query("select 1")
            thread.start()
            while thread.is_alive():
                begun = time.monotonic()
                assert other.query("select 1").value == "1"
                slowest = max(slowest, time.monotonic() - begun)
        thread.join()
        assert slowest < LONGEST_QUERY
        assert PASSWORD not in howdah.log()
        return heard[0]

    return run


def assert_well_formed(fields):
    assert fields is not None, "the client was let in"
    assert set("SVCM") <= set(fields) <= set("SVCMDH")
    assert fields["S"] == fields["V"] == "FATAL" and len(fields["C"]) == 5 and fields["M"]


def asks_for_clear_text(peer):
    peer.startup()
    peer.send(CLEAR_TEXT)


def skips_the_proof(peer):
    peer.startup()
    evil_backend.honest_exchange(peer, PASSWORD)
    peer.send(OK + READY)


def skips_the_proof_of_its_certificate(peer):
    peer.startup()
    peer.send(message("R", int32(10) + b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"))
    _, body = peer.message()
    nonce = dict(part.split("=", 1) for part in body[body.index(b"n=,") :].decode().split(","))["r"]
    peer.send(sasl(11, server_first(nonce)))
    peer.message()
    peer.send(OK + READY)


def proves_wrongly(peer):
    peer.startup()
    evil_backend.honest_exchange(peer, "another password")
    peer.send(sasl(12, "v=" + "A" * 43 + "=") + OK + READY)


def says_too_much(more):
    def act(peer):
        peer.startup()
        peer.send(sasl(11, server_first(peer.client_first(), more=more)))

    return act


def iterations(count, in_pieces=False):
    def act(peer):
        peer.startup()
        content = sasl(11, server_first(peer.client_first(), count))
        if not in_pieces:
            return peer.send(content)
        for at in range(0, len(content), 7):
            peer.send(content[at : at + 7])
            time.sleep(0.005)

    return act


def sends(content):
    def act(peer):
        peer.startup()
        peer.send(content)

    return act


def text_behind_the_offer_of_tls(peer):
    peer.read(8)
    peer.send(b"S" + CLEAR_TEXT)


def text_in_place_of_tls(peer):
    peer.read(8)
    peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def byte_by_byte(peer):
    peer.startup()
    for byte in message("E", b"SFATAL\0CXX000\0M" + b"slow" * 100 + b"\0\0"):
        peer.send(bytes([byte]))
        time.sleep(0.05)


def closes(peer):
    peer.socket.shutdown(socket.SHUT_RDWR)


def error(**fields):
    return message("E", b"".join(name.encode() + value + b"\0" for name, value in fields.items()) + b"\0")



ACTS = {
    "skips its proof": skips_the_proof,
    "proves wrongly": proves_wrongly,
    "a nonce of 100 kB": says_too_much("x" * 100_000),
    "a nonce of 1 kB without ours": sends(evil_backend.SASL),
    "2^31-1 iterations": iterations(2**31 - 1),
    "2^31-1 iterations in pieces": iterations(2**31 - 1, in_pieces=True),
    "2^40 iterations": iterations(2**40),
    "no iterations": iterations(0),
    "-1 iterations": iterations(-1),
    "an error without a SQLSTATE": sends(error(S=b"FATAL", M=b"no code")),
    "an error without anything": sends(message("E", b"\0")),
    "an error of one letter": sends(message("E", b"S")),
    "an error with control characters": sends(error(S=b"FATAL", V=b"FATAL", C=b"XX000", M=b"line\nforged \x1b[31m\r")),
    "an error of odd bytes": sends(error(S=b"FATAL", V=b"FATAL", C=b"\xff\xfe\xfd\xfc\xfb", M=b"\xff\xfe")),
    "an error of 1 MB": sends(error(S=b"FATAL", C=b"XX000", M=b"x" * 1_000_000)),
    "an old error": sends(b"Eold style\0"),
    "an unknown method": sends(message("R", int32(99))),
    "a method of no length": sends(message("R", b"")),
    "a length of 2^31-1": sends(b"R" + int32(2**31 - 1) + int32(0)),
    "a length of -1": sends(b"R" + int32(-1)),
    "a key of 3 bytes": sends(OK + message("K", b"abc") + READY + b"x"),
    "rows before it is ready": sends(OK + message("D", b"\0\1\0\0\0\1x") + READY),
    "no key, and an answer that nobody asked for": sends(OK + READY + message("C", b"SELECT 1\0") + READY),
    "an HTTP answer": sends(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "one byte at a time": byte_by_byte,
    "silence": lambda peer: peer.startup(),
    "a close at once": closes,
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_log_in_fails_in_good_order(evil, outcome, act):
    backend = evil(act)
    assert_well_formed(outcome(backend))
    assert PASSWORD.encode() not in backend.sent


@pytest.mark.parametrize("act", [text_behind_the_offer_of_tls, text_in_place_of_tls, closes])
def test_text_before_tls_ends_the_log_in(evil, outcome, act):
    backend = evil(act)
    assert_well_formed(outcome(backend, "sslmode=require"))
    assert PASSWORD.encode() not in backend.sent


def test_the_proof_is_missed_where_channel_binding_is_demanded(evil, outcome, tmp_path):
    """Elsewhere a server that asks for nothing at all would do as well; libpq does not care before 16."""
    backend = evil(skips_the_proof_of_its_certificate, evil_backend.tls_context(tmp_path))
    fields = outcome(backend, "sslmode=require channel_binding=require")
    assert_well_formed(fields)
    assert "channel binding" in fields["M"]


def test_no_password_leaves_where_channel_binding_is_demanded(evil, outcome, tmp_path):
    for context, more in ((None, ""), (evil_backend.tls_context(tmp_path), "sslmode=require ")):
        backend = evil(asks_for_clear_text, context)
        assert_well_formed(outcome(backend, more + "channel_binding=require"))
        assert PASSWORD.encode() not in backend.sent


@pytest.mark.parametrize("act", [iterations(2**31 - 1), iterations(2**31 - 1, in_pieces=True), skips_the_proof])
def test_tls_hides_nothing(evil, outcome, tmp_path, act):
    backend = evil(act, evil_backend.tls_context(tmp_path))
    assert_well_formed(outcome(backend, "sslmode=require"))
    assert PASSWORD.encode() not in backend.sent


def test_iteration_counts_that_take_a_while_hold_nobody_up(evil, outcome):
    """Half a second of hashing, four at a time."""
    backend = evil(iterations(900_000))
    assert_well_formed(outcome(backend, max_concurrent_logins=4))


@pytest.mark.parametrize("size", [0, 1, 4, 5, 32, 256, 257, 10_000])
def test_keys_of_odd_sizes_do_no_harm(evil, outcome, size):
    def act(peer):
        peer.startup()
        peer.send(OK + message("K", b"k" * size) + READY)

    backend = evil(act)
    fields = outcome(backend)
    if fields is not None:
        assert_well_formed(fields)


def test_the_trial_of_a_client_s_password_is_as_careful(evil, start_howdah, postgres):
    """The method `backend` sends what it was given, and believes nobody who has not proved that he knows it."""
    backend = evil(skips_the_proof)
    entry = {"backend": f"host=127.0.0.1 port={backend.port}", "pool": {"connect_timeout": "1s"}}
    howdah = start_howdah(databases={"*": entry}, auth=[{"from": "local", "method": "backend"}])
    with wire.Connection(howdah.socket_folder, howdah.port) as client, pytest.raises(wire.ServerError) as caught:
        client.login("app", "app", PASSWORD)
    assert_well_formed(caught.value.fields)
    assert PASSWORD.encode() not in backend.sent
