"""TLS between clients and howdah, beside a PostgreSQL that has the same certificate."""

import base64
import os
import shutil
import signal
import ssl
import subprocess

import psycopg2
import pytest

from conftest import AUTH_BY_SOURCE, SECRETS, default_config
from support import messages, wire
from support import postgres as postgres_cluster
from support.certificates import Authority
from support.differential import alive, compare, end_of_file, settled, to_the_end
from support.howdah_process import HowdahProcess
from support.messages import GSS_REQUEST, SSL_REQUEST, message, startup
from support.private_file import write_private
from support.waiting import wait_until
from support.watch import run_in_threads

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]
SCRAM_FROM = "127.0.0.4"
START = startup(user="postgres", database="postgres")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.issue("localhost", host="DNS:localhost,IP:127.0.0.1")


@pytest.fixture(scope="module")
def tls_postgres(postgres_template, certificate):
    cluster = postgres_cluster.Postgres(postgres_template)
    try:
        cluster.offer_tls(*certificate)
        yield cluster.start()
    finally:
        cluster.remove()


def tls_settings(certificate, **more):
    return {"tls": {"mode": "allow", "certificate": certificate[0], "key": certificate[1], **more}}


@pytest.fixture(scope="module")
def tls_howdah(tls_postgres, certificate):
    """TLS is allowed, and passwords are asked for as PostgreSQL does: see METHODS_BY_SOURCE."""
    config = default_config(tls_postgres) | {"auth": AUTH_BY_SOURCE, "users": SECRETS}
    target = HowdahProcess(config | {"client": tls_settings(certificate)})
    try:
        yield target.start()
        target.stop()
    finally:
        target.remove()


WAYS = ["requested", "direct"]


@pytest.mark.parametrize("tls", WAYS)
def test_everything_goes_by_tls_whatever_its_size(tls_howdah, tls):
    def ask(number):
        with wire.connect(tls_howdah, tls=tls) as client:
            assert client.query("select 1").value == "1"
            assert client.query(f"select repeat('{number}', 3000000)").value == str(number) * 3_000_000
            assert client.query(f"select length('{'x' * 300_000}')").value == "300000"
            for _ in range(30):
                assert client.execute("select $1", (str(number) * 20_000,)).value == str(number) * 20_000

    run_in_threads(6, ask)


def test_a_pipeline_of_many_queries_is_answered_by_tls(tls_howdah):
    with wire.connect(tls_howdah, tls="requested") as client:
        client.send(b"".join(messages.query(f"select {n}, repeat('y', 500)") for n in range(2_000)))
        assert [client.ready().rows[0][0] for _ in range(2_000)] == [str(n) for n in range(2_000)]


def dsn(howdah, **more):
    named = {"host": "localhost", "hostaddr": "127.0.0.1", "port": howdah.port, "dbname": "postgres", "user": "postgres", **more}
    return " ".join(f"{key}={value}" for key, value in named.items())


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])
def test_libpq_connects_with_every_sslmode(tls_howdah, authority, mode):
    connection = psycopg2.connect(dsn(tls_howdah, sslmode=mode, sslrootcert=authority.certificate))
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        assert connection.info.ssl_in_use == (mode not in ("disable", "allow"))
    finally:
        connection.close()


@pytest.fixture
def start_with_tls(start_howdah, certificate, tls_postgres):
    def start(client=None, **tls):
        return start_howdah(cluster=tls_postgres, client={**tls_settings(certificate, **tls), **(client or {})})

    return start


def test_required_tls_is_asked_of_clients_over_tcp_only(start_with_tls):
    howdah = start_with_tls(mode="require")
    with pytest.raises(wire.ServerError) as caught:
        wire.connect(howdah)
    assert (caught.value.fields["S"], caught.value.sqlstate) == ("FATAL", "28000")
    with wire.connect(howdah, tls="requested") as client:
        assert client.query("select 1").value == "1"
    local = wire.Connection(howdah.socket_folder, howdah.port)
    with local.login("postgres", "postgres") as client:
        assert client.query("select 1").value == "1"


def test_without_tls_it_is_refused_and_a_unix_socket_has_none(tls_howdah, howdah):
    for host, target in ((howdah.host, howdah), (tls_howdah.socket_folder, tls_howdah)):
        with wire.Connection(host, target.port) as connection:
            connection.send(SSL_REQUEST)
            assert connection.take(1) == b"N"


# In the handshake


@pytest.mark.parametrize("protocols", [None, ["http/1.1"]], ids=["none", "another"])
def test_direct_tls_must_name_the_protocol(tls_howdah, protocols):
    context = wire.trusting_context()
    if protocols:
        context.set_alpn_protocols(protocols)
    with wire.Connection(tls_howdah.host, tls_howdah.port) as connection:
        try:
            connection.start_tls(context, is_direct=True)
            connection.send(START)
        except (ssl.SSLError, ConnectionError):
            return
        assert connection.is_closed()


def test_tls_that_was_asked_for_need_not_name_it(tls_howdah):
    context = wire.trusting_context(is_direct=True)
    with wire.Connection(tls_howdah.host, tls_howdah.port) as connection:
        connection.start_tls(context)
        assert connection.socket.selected_alpn_protocol() == "postgresql"


@pytest.mark.parametrize("behind", [START, b"\x16\x03\x01", b"x"], ids=["startup", "hello", "byte"])
def test_bytes_behind_an_ssl_request_end_the_connection(tls_howdah, behind):
    """They were not encrypted, whoever sent them. (CVE-2021-23214)"""
    with wire.Connection(tls_howdah.host, tls_howdah.port) as connection:
        connection.send(SSL_REQUEST + behind)
        found = connection.read_to_end()
        assert [one.fields["C"] for one in found.messages] == ["08P01"]


@pytest.mark.parametrize("what", [START, b"GET / HTTP/1.1\r\n\r\n", SSL_REQUEST, b"\0" * 100], ids=["startup", "HTTP", "request", "zeros"])
def test_plain_bytes_in_place_of_a_handshake_end_the_connection(tls_postgres, tls_howdah, what):
    for address in (tls_postgres, tls_howdah):
        with wire.Connection(address.host, address.port) as connection:
            connection.send(SSL_REQUEST)
            assert connection.take(1) == b"S"
            connection.send(what)
            connection.finish_sending()
            left = b""
            while chunk := connection.receive():
                left += chunk
            assert b"R\0\0\0" not in left and (not left or left[0] == 0x15), left  # an alert at most


def hello_bytes():
    """What a client sends first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = wire.trusting_context(True).wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        session.do_handshake()
    return outgoing.read()


@pytest.mark.parametrize("is_direct", [False, True], ids=WAYS)
def test_half_a_handshake_ends_at_the_log_in_time_limit(start_with_tls, is_direct):
    howdah = start_with_tls(client={"login_timeout": "500ms"})
    hello = hello_bytes()
    connections = []
    for size in (0, 1, 5, 6, 100, len(hello)):
        connection = wire.Connection(howdah.host, howdah.port)
        connections.append(connection)
        if not is_direct:
            connection.send(SSL_REQUEST)
            assert connection.take(1) == b"S"
        connection.send(hello[:size])
    with wire.connect(howdah, tls="requested") as client:
        assert client.query("select 1").value == "1"
    for connection in connections:
        assert connection.is_closed(within=10)
        connection.close()


def test_a_handshake_may_come_byte_by_byte(tls_howdah):
    for is_direct in (False, True):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = wire.trusting_context(True).wrap_bio(incoming, outgoing, server_hostname="localhost")
        with wire.Connection(tls_howdah.host, tls_howdah.port) as connection:
            if not is_direct:
                connection.send_in_pieces(SSL_REQUEST)
                assert connection.take(1) == b"S"

            def turn(call):
                while True:
                    try:
                        result = call()
                        connection.send_in_pieces(outgoing.read())
                        return result
                    except ssl.SSLWantReadError:
                        connection.send_in_pieces(outgoing.read())
                        incoming.write(connection.socket.recv(65536))

            turn(session.do_handshake)
            turn(lambda: session.write(START))
            assert turn(lambda: session.read(1)) == b"R"


@pytest.mark.parametrize("first", [GSS_REQUEST, SSL_REQUEST, messages.cancel_request(4_000_000, b"abcd"), b"\0\0\0\0", b"\x16\x03\x01\0"], ids=["GSS", "TLS", "cancel", "zeros", "hello"])
def test_odd_first_packets_inside_of_tls_end_as_at_postgres(tls_postgres, tls_howdah, first):
    compare(tls_postgres, tls_howdah, [first, end_of_file, to_the_end], tls="requested")


def test_a_session_by_tls_ends_as_at_postgres(tls_postgres, tls_howdah):
    compare(tls_postgres, tls_howdah, [START, settled, alive, messages.TERMINATE, to_the_end], tls="requested")


def test_tls_may_follow_a_refused_gss_request(tls_howdah):
    with wire.Connection(tls_howdah.host, tls_howdah.port) as connection:
        connection.send(GSS_REQUEST)
        assert connection.take(1) == b"N"
        connection.start_tls().login("postgres", "postgres")
        assert connection.query("select 1").value == "1"


def test_the_end_is_told_by_tls_too(tls_howdah):
    """A close_notify, so that a client can tell the end from a cut."""
    with wire.Connection(tls_howdah.host, tls_howdah.port) as connection:
        connection.start_tls()
        connection.send(startup(user="", database="postgres"))
        assert connection.read().fields["C"] == "28000"
        assert connection.socket.recv(1) == b""  # a cut would be an SSLEOFError


def test_a_cancel_request_may_come_by_tls(tls_howdah):
    with wire.connect(tls_howdah, tls="requested") as client:
        client.send(messages.query("select pg_sleep(60)"))
        wait_until(lambda: tls_howdah_is_asleep(tls_howdah), "the query runs")
        with wire.Connection(tls_howdah.host, tls_howdah.port) as other:
            other.start_tls()
            other.send(messages.cancel_request(client.process_id, client.key))
            assert other.is_closed()
        assert client.ready().sqlstate == "57014"


def tls_howdah_is_asleep(howdah):
    with wire.connect(howdah) as watcher:
        return watcher.query("select count(*) from pg_stat_activity where query like 'select pg_sleep(60)%' and state = 'active'").value == "1"


@pytest.mark.parametrize("least,most,works", [("1.3", "1.3", ssl.TLSVersion.TLSv1_3), ("1.2", "1.2", ssl.TLSVersion.TLSv1_2)])
def test_versions_can_be_bounded(start_with_tls, least, most, works):
    howdah = start_with_tls(min_version=least, max_version=most)
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = wire.trusting_context()
        context.minimum_version = context.maximum_version = version
        with wire.Connection(howdah.host, howdah.port) as connection:
            if version == works:
                assert connection.start_tls(context).login("postgres", "postgres").query("select 1").value == "1"
                continue
            with pytest.raises((ssl.SSLError, ConnectionError)):
                connection.start_tls(context)


def test_ciphers_can_be_chosen(start_with_tls):
    howdah = start_with_tls(ciphers="ECDHE-ECDSA-CHACHA20-POLY1305", max_version="1.2")
    with wire.Connection(howdah.host, howdah.port) as connection:
        assert connection.start_tls().socket.cipher()[0] == "ECDHE-ECDSA-CHACHA20-POLY1305"
    howdah = start_with_tls(cipher_suites="TLS_CHACHA20_POLY1305_SHA256")
    with wire.Connection(howdah.host, howdah.port) as connection:
        assert connection.start_tls().socket.cipher()[0] == "TLS_CHACHA20_POLY1305_SHA256"


# Certificates


def serial_at(howdah):
    with wire.Connection(howdah.host, howdah.port) as connection:
        return connection.start_tls().socket.getpeercert(True)


@pytest.mark.parametrize("is_told", [True, False], ids=["SIGHUP", "watched"])
def test_a_new_certificate_is_taken_and_sessions_go_on(start_howdah, tls_postgres, authority, tmp_path, is_told):
    old, new = authority.issue("old"), authority.issue("new")
    files = [str(tmp_path / "server.crt"), str(tmp_path / "server.key")]

    def put(pair):
        for source, path in reversed(list(zip(pair, files))):
            shutil.copy(source, f"{path}.new")
            os.replace(f"{path}.new", path)

    put(old)
    interval = "0" if is_told else "50ms"
    howdah = start_howdah(cluster=tls_postgres, client=tls_settings(files, reload_interval=interval))
    first = serial_at(howdah)
    with wire.connect(howdah, tls="requested") as client:
        client.query("begin")
        put(new)
        if is_told:
            howdah.signal(signal.SIGHUP)
        wait_until(lambda: serial_at(howdah) != first, "the new certificate is shown")
        second = serial_at(howdah)
        with open(files[0], "w", encoding="ascii") as file:
            file.write("no certificate")
        if is_told:
            howdah.signal(signal.SIGHUP)
        told = "configuration not reloaded" if is_told else "TLS files cannot be used"
        wait_until(lambda: told in howdah.log(), "the bad file is told of")
        assert serial_at(howdah) == second
        assert client.query("select 1").status == "T"
        client.query("commit")


def test_a_start_with_bad_files_says_which_and_why(start_howdah, tls_postgres, certificate, authority):
    other, missing = authority.issue("other"), authority.path("missing.crt")
    empty = write_private(authority.path("empty.key"), "")
    for files, bad, why in (
        ((certificate[0], other[1]), other[1], "key values mismatch"),
        ((certificate[1], certificate[1]), certificate[1], "no start line"),
        ((missing, certificate[1]), missing, "No such file or directory"),
        ((certificate[0], empty), empty, "which has to be a PEM key"),
    ):
        howdah = start_howdah(cluster=tls_postgres, client=tls_settings(files), wait=False)
        assert howdah.wait_for_end() != 0
        assert bad in howdah.log() and why in howdah.log() and "cannot start" in howdah.log(), howdah.log()
        howdah.process = None


def test_what_ends_a_session_by_direct_tls_is_not_said_to_be_its_protocol(tls_howdah):
    with wire.Connection(tls_howdah.host, tls_howdah.port) as connection:
        connection.start_tls(is_direct=True)
        before = tls_howdah.log().count("the client names no protocol")
        os.write(connection.socket.fileno(), b"no record of TLS, but plain text")
        assert connection.is_closed()
        wait_until(lambda: "TLS: wrong version number" in tls_howdah.log(), "the log says why")
        assert tls_howdah.log().count("the client names no protocol") == before


# SCRAM, bound to the session


def test_libpq_binds_to_the_channel(start_howdah, tls_postgres, certificate):
    howdah = start_howdah(
        cluster=tls_postgres,
        client=tls_settings(certificate),
        users=SECRETS,
        auth=[{"from": "127.0.0.0/8", "method": "scram-sha-256"}],
    )

    def ask(password):
        target = dsn(howdah, user="scram_user", password=f"'{password}'", channel_binding="require", sslmode="require")
        return subprocess.run(["psql", "-Atc", "select 1", target], capture_output=True, text=True, check=False)

    assert ask("scram password").stdout == "1\n"
    assert 'password authentication failed for user "scram_user"' in ask("wrong").stderr


def sasl(mechanism, flag):
    data = flag + b",,n=,r=rOprNGfwEbeRWgbNEkqO"
    return message("p", mechanism + b"\0" + messages.int32(len(data)) + data)


PLUS, PLAIN = b"SCRAM-SHA-256-PLUS", b"SCRAM-SHA-256"
BOUND = b"p=tls-server-end-point"
FIRST_MESSAGES = {
    f"{mechanism.decode()} {flag.decode()}": sasl(mechanism, flag)
    for mechanism in (PLUS, PLAIN, b"SCRAM-SHA-1-PLUS")
    for flag in (b"n", b"y", BOUND, b"p=tls-unique", b"p=", b"p", b"z")
}


@pytest.mark.parametrize("first", FIRST_MESSAGES.values(), ids=FIRST_MESSAGES)
@pytest.mark.parametrize("tls", [None, "requested"], ids=["plain", "TLS"])
def test_flags_of_the_channel_binding_end_as_at_postgres(tls_postgres, tls_howdah, first, tls):
    script = [startup(user="scram_user", database="postgres"), settled, first, end_of_file, to_the_end]
    compare(tls_postgres, tls_howdah, script, source=SCRAM_FROM, tls=tls)


@pytest.mark.parametrize("bound", [BOUND + b",,", BOUND + b",," + b"x" * 32, b"n,,", b""], ids=["empty", "other", "n", "none"])
def test_a_wrong_binding_ends_as_at_postgres(tls_postgres, tls_howdah, bound):
    final = b"c=" + base64.b64encode(bound) + b",r=%s,p=" + base64.b64encode(b"p" * 32)

    def answer(player):
        nonce = dict(part.split("=", 1) for part in player.last.body[4:].decode().split(","))["r"]
        player.send(message("p", final % nonce.encode()))

    def first_answer(player):
        def is_continue(one):
            player.last = one
            return one.body[:4] == b"\0\0\0\x0b"

        before = len(player.lines)
        player.read(is_continue)
        del player.lines[before:]  # the server's nonce is another each time

    script = [startup(user="scram_user", database="postgres"), settled, sasl(PLUS, BOUND), first_answer, answer, to_the_end]
    compare(tls_postgres, tls_howdah, script, source=SCRAM_FROM, tls="requested")


def test_a_log_in_bound_to_another_certificate_fails(tls_howdah, authority):
    """As one would be that somebody in between passes on."""
    connection = wire.Connection(tls_howdah.host, tls_howdah.port, source=SCRAM_FROM)
    connection.start_tls()
    connection.server_end_point = lambda: b"x" * 32
    with pytest.raises(wire.ServerError) as caught, connection:
        connection.login("scram_user", "postgres", "scram password")
    assert caught.value.sqlstate == "28000"


def test_many_come_and_go_by_tls_at_once(tls_howdah):
    before = tls_howdah.open_files()

    def come_and_go(number):
        for turn in range(10):
            connection = wire.Connection(tls_howdah.host, tls_howdah.port)
            if (number + turn) % 3 == 0:
                connection.send(SSL_REQUEST)
                connection.reset()
                continue
            connection.start_tls().login("postgres", "postgres")
            if (number + turn) % 3 == 1:
                assert connection.query("select 1").value == "1"
                connection.close()
            else:
                connection.send(messages.query("select repeat('x', 10000000)"))
                connection.close()

    run_in_threads(8, come_and_go)
    wait_until(lambda: tls_howdah.open_files() <= before + 5, "all are gone")
