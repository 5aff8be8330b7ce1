"""The first bytes of a connection: right, odd and hostile ones end as they do at PostgreSQL."""

import pytest

from support import messages, wire
from support.differential import WAYS_TO_CUT, alive, compare, end_of_file, settled, to_the_end
from support.messages import int32, packet, startup, text
from support.waiting import wait_until

pytestmark = pytest.mark.beyond_pgbouncer

USER = text("user") + text("postgres") + text("database") + text("postgres")
VERSION = int32(messages.PROTOCOL_3_0)

CLOSED_OR_REFUSED = {
    **{f"length {n}": int32(n) + bytes(8) for n in (0, 1, 2, 3, 4, 7)},
    "version alone": packet(VERSION),
    "version and terminator": packet(VERSION + b"\0"),
    "length -1": int32(-1) + VERSION,
    "length -2^31": int32(-(2**31)) + VERSION,
    "length 2^31-1": int32(2**31 - 1) + VERSION,
    "length 10005": int32(10005) + VERSION,
    "HTTP": b"GET / HTTP/1.1\r\n\r\n",
    "no final zero": packet(VERSION + text("user") + b"postgres"),
    "no terminator": packet(VERSION + USER),
    "name without value": packet(VERSION + USER + b"x\0"),
    "bytes after the terminator": packet(VERSION + USER + b"\0" + b"more"),
    "no user": startup(database="postgres"),
    "empty user": startup(user="", database="postgres"),
    "version 4.0": startup(0x00040000, user="postgres"),
    "version 0.0": startup(0, user="postgres"),
    "code 1234.5681": packet(int32(80877105)),
    "cancel of an unknown process": messages.cancel_request(4_000_000, b"\1\2\3\4"),
    "cancel of process 0": messages.cancel_request(0, b"\0\0\0\0"),
    "cancel of process -1": messages.cancel_request(-1, b"\0\0\0\0"),
    "replication=bogus": startup(user="postgres", database="postgres", replication="bogus"),
}


@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
@pytest.mark.parametrize("content", CLOSED_OR_REFUSED.values(), ids=CLOSED_OR_REFUSED)
def test_a_bad_startup_packet_ends_as_at_postgres(direct, shared_howdah, content, cut):
    compare(direct, shared_howdah, [content, to_the_end], cut)


@pytest.mark.parametrize("content", [b"", b"\0", b"\0\0\0", b"\0\0\0\x08", b"\0\0\0\x20\0\3\0\0"], ids=len)
def test_end_of_file_before_the_startup_packet_is_complete_closes(direct, shared_howdah, content):
    compare(direct, shared_howdah, [content, end_of_file, to_the_end])


@pytest.mark.parametrize("first_bytes", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x16\x03\x01"], ids=["hello", "piece"])
def test_a_tls_client_hello_without_tls_is_closed(shared_howdah, first_bytes):
    with wire.Connection(shared_howdah.host, shared_howdah.port) as connection:
        connection.send(first_bytes)
        connection.finish_sending()
        assert connection.is_closed()


ACCEPTED = {
    "user and database": startup(user="postgres", database="postgres"),
    "database is the user's name": startup(user="postgres"),
    "empty database is the user's name": startup(user="postgres", database=""),
    "replication=false": startup(user="postgres", database="postgres", replication="false"),
    "parameters of every kind": startup(
        user="postgres", database="postgres", application_name="it's", extra_float_digits="2", DateStyle="German",
        TimeZone="Europe/Berlin", client_encoding="LATIN1", IntervalStyle="iso_8601", statement_timeout="12345",
    ),
    "900 made-up parameters": startup(user="postgres", database="postgres", **{f"a.b{n}": "1" for n in range(900)}),
    "empty application_name": startup(user="postgres", database="postgres", application_name=""),
}


@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
@pytest.mark.parametrize("content", ACCEPTED.values(), ids=ACCEPTED)
def test_what_postgres_accepts_is_accepted(direct, shared_howdah, content, cut):
    compare(direct, shared_howdah, [content, settled, alive], cut)


REFUSED_AFTER_LOGIN = {
    "unknown setting": startup(user="postgres", database="postgres", no_such_setting="1"),
    "bad value": startup(user="postgres", database="postgres", datestyle="bogus"),
    "name of 9000 bytes": startup(user="postgres", database="postgres", **{"x" * 9000: "1"}),
    "unknown setting in options": startup(user="postgres", database="postgres", options="-c no_such_setting=1"),
    "bad options": startup(user="postgres", database="postgres", options="-c datestyle=bogus"),
    "setting of the server's start": startup(user="postgres", database="postgres", shared_buffers="1GB"),
    "missing database": startup(user="postgres", database="no such database"),
    "database of odd bytes": startup(user="postgres", database=b"\xff\xfe"),
}


@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
@pytest.mark.parametrize("content", REFUSED_AFTER_LOGIN.values(), ids=REFUSED_AFTER_LOGIN)
def test_what_postgres_refuses_after_the_login_is_refused_the_same_way(direct, shared_howdah, content, cut):
    transcript = compare(direct, shared_howdah, [content, to_the_end], cut)
    assert transcript[0] == "R 0"


@pytest.mark.parametrize("version", [0x00020000, 0x00010000], ids=["2.0", "1.0"])
def test_an_old_version_gets_its_error_in_the_old_format(direct, shared_howdah, version):
    for address in (direct, shared_howdah):
        with wire.Connection(address.host, address.port) as connection:
            connection.send(startup(version, user="postgres"))
            assert connection.take(1) == b"E"
            assert connection.take(40).startswith(b"FATAL:  unsupported frontend protocol")
            assert connection.is_closed()


@pytest.mark.howdah_only
@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
def test_a_higher_minor_version_is_negotiated_down_once_before_the_login(shared_howdah, cut):
    with wire.Connection(shared_howdah.host, shared_howdah.port) as connection:
        content = startup(0x0003270F, user="postgres", database="postgres", **{"_pq_.one": "1", "_pq_.two": "2"})
        connection.send_in_pieces(content, cut or len(content))
        greeting = connection.ready()
        assert greeting.kinds.startswith("vR") and greeting.kinds.count("v") == 1
        assert greeting.messages[0].body == int32(0x00030002) + int32(2) + text("_pq_.one") + text("_pq_.two")
        assert connection.query("select 1").value == "1"


@pytest.mark.howdah_only
def test_unknown_protocol_options_of_version_3_0_are_named(shared_howdah):
    with wire.Connection(shared_howdah.host, shared_howdah.port) as connection:
        connection.send(startup(user="postgres", database="postgres", **{"_pq_.one": "1"}))
        greeting = connection.ready()
        assert greeting.messages[0].kind == "v"
        assert greeting.messages[0].body[4:] == int32(1) + text("_pq_.one")


@pytest.mark.howdah_only
def test_version_3_2_is_accepted_with_a_cancel_key_of_32_bytes(shared_howdah):
    with wire.connect(shared_howdah, version=messages.PROTOCOL_3_2) as connection:
        assert "v" not in connection.greeting.kinds
        assert len(connection.key) == 32


@pytest.mark.howdah_only
@pytest.mark.parametrize("mode", ["true", "database"])
def test_a_replication_connection_never_meets_the_pool(shared_howdah, mode):
    with wire.Connection(shared_howdah.host, shared_howdah.port) as connection:
        connection.send(startup(user="postgres", database="postgres", replication=mode))
        error = connection.read_to_end().error
        assert (error["V"], error["C"]) == ("FATAL", "0A000")


REQUESTS = {
    "SSL": [messages.SSL_REQUEST],
    "GSS": [messages.GSS_REQUEST],
    "GSS, then SSL": [messages.GSS_REQUEST, messages.SSL_REQUEST],
    "SSL, then GSS": [messages.SSL_REQUEST, messages.GSS_REQUEST],
}


@pytest.mark.howdah_only
@pytest.mark.parametrize("requests", REQUESTS.values(), ids=REQUESTS)
@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
def test_encryption_is_declined_and_the_login_goes_on(shared_howdah, requests, cut):
    with wire.Connection(shared_howdah.host, shared_howdah.port) as connection:
        for request in requests:
            connection.send_in_pieces(request, cut or len(request))
            assert connection.take(1) == b"N"
        connection.login("postgres")
        assert connection.query("select 1").value == "1"


@pytest.mark.howdah_only
def test_a_probe_that_connects_and_closes_is_not_worth_a_log_line(start_howdah):
    howdah = start_howdah()
    wire.connect(howdah).close()
    wait_until(lambda: "disconnect" in howdah.log() or howdah.log().count("\n") > 3, "the first client is logged")
    before = howdah.log()
    for _ in range(20):
        wire.Connection(howdah.host, howdah.port).close()
    wire.connect(howdah, application_name="after").close()
    wait_until(lambda: len(howdah.log()) > len(before), "the last client is logged")
    assert howdah.log().count("\n") - before.count("\n") <= 4
