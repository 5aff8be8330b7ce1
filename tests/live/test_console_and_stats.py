"""The admin console and the stats port: who may see them, and that what they show is true."""

import asyncio
import contextlib
import re
import signal
import socket
import subprocess
import time

import asyncpg
import psycopg2
import pytest

from support import messages, wire
from support import postgres as postgres_cluster
from support.howdah_process import is_sanitized
from support.messages import query
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

SHOWS = ["clients", "servers", "pools", "databases", "stats", "version", "config"]
MORE_SHOWS = ["lists", "stats_averages", "stats_totals", "totals", "users"]  # that PgBouncer has, too


def app(howdah, **more):
    return wire.connect(howdah, "app", "app", **more)


def show(howdah, what, database="howdah"):
    with wire.connect(howdah, howdah.admin_user, database) as console:
        result = console.query(f"show {what}")
        assert result.sqlstate is None, result.error
        return [dict(zip(result.columns, row)) for row in result.rows]


@pytest.mark.parametrize("database", ["howdah", "pgbouncer"])
@pytest.mark.parametrize("what", SHOWS)
def test_each_show_answers_with_rows(howdah, database, what):
    with app(howdah) as client:
        client.query("select 1")
        assert show(howdah, what, database)


@pytest.mark.parametrize("sql", ["SHOW POOLS", "show pools;", "  Show   Pools ; ", "show pools -- please"])
def test_spelling_and_case_do_not_matter(howdah, sql):
    with wire.connect(howdah, "postgres", "howdah") as console:
        result = console.query(sql)
        assert "database" in result.columns and result.tags == ["SHOW"] and result.status == "I"


def test_an_unknown_command_is_a_syntax_error_and_keeps_the_client(howdah):
    with wire.connect(howdah, "postgres", "howdah") as console:
        for sql in ("show nonsense", "select 1 from pg_class", "drop table x", "shutdown_now"):
            result = console.query(sql)
            assert (result.error["V"], result.sqlstate, result.status) == ("ERROR", "42601", "I")
        assert console.query("show version").rows


def test_several_statements_are_answered_in_order(shared_howdah):
    with wire.connect(shared_howdah, "postgres", "howdah") as console:
        assert console.query("show version; show state;").kinds == "TDCTDDDCZ"
        assert console.query("show version; nonsense; show version").kinds == "TDCEZ"
        assert console.query("").kinds == console.query(" ; -- nothing").kinds == "IZ"


def test_psql_starts_and_prints(shared_howdah):
    command = [f"{postgres_cluster.bin_folder()}/psql", "-X", "-At", "-h", shared_howdah.host, "-p", str(shared_howdah.port), "-U", "postgres"]
    done = subprocess.run(
        [*command, "-d", "howdah", "-c", "show version", "-c", "show help"], capture_output=True, text=True, timeout=20
    )
    assert (done.returncode, done.stdout.splitlines()[0][:6]) == (0, "howdah")
    assert "SHOW POOLS" in done.stderr and "WARNING" not in done.stderr.upper().replace("SHOW", "")


def test_only_admin_users_may_enter(howdah):
    with pytest.raises(wire.ServerError) as caught:
        wire.connect(howdah, "app", "howdah")
    assert caught.value.sqlstate in ("42501", "28000")


def test_the_console_asks_for_a_password_as_everywhere(start_howdah):
    howdah = start_howdah(
        auth=[{"from": "0.0.0.0/0", "method": "scram-sha-256"}], users={"postgres": {"password": "admin password"}},
    )
    with pytest.raises(wire.ServerError) as caught:
        wire.connect(howdah, "postgres", "howdah", "wrong")
    assert caught.value.sqlstate == "28P01"
    with wire.connect(howdah, "postgres", "howdah", "admin password") as console:
        assert console.query("show version").rows


def test_psycopg2_and_the_extended_protocol_may_ask_too(howdah):
    connection = psycopg2.connect(howdah.dsn("howdah"))
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("show version")
    assert "owdah" in cursor.fetchone()[0]
    connection.close()
    with wire.connect(howdah, "postgres", "howdah") as console:
        result = console.run(messages.extended("show version") + messages.SYNC)
        assert result.rows
        assert console.query("show version").rows


def test_psycopg2_may_stay_in_its_transactions(shared_howdah):
    with contextlib.closing(psycopg2.connect(shared_howdah.dsn("howdah"))) as connection:
        for _ in range(2):
            with connection, connection.cursor() as cursor:
                cursor.execute("show lists")
                assert dict(cursor.fetchall())["used_clients"] >= 1


def test_asyncpg_reads_every_show_in_binary(howdah):
    """It prepares each command, describes the statement, and asks for all types in binary."""

    async def read():
        connection = await asyncpg.connect(host=howdah.host, port=howdah.port, user="postgres", database="pgbouncer")
        try:
            for what in SHOWS + MORE_SHOWS:
                rows = await connection.fetch(f"show {what}")
                assert rows, what
                if what == "totals":
                    assert dict(rows)["total_xact_count"] == 12345
                if what == "pools":
                    assert (rows[0]["database"], rows[0]["cl_active"], rows[0]["sv_idle"]) == ("app", 1, 1)
            with pytest.raises(asyncpg.PostgresSyntaxError):
                await connection.fetch("show nonsense")
            assert "howdah" in await connection.fetchval("show version")
            assert await connection.execute("show version; show state") == "SHOW"
        finally:
            await connection.close(timeout=5)

    with app(howdah) as client:
        for _ in range(12345):
            client.send(query("select 1"))
        for _ in range(12345):
            client.ready()
        asyncio.run(read())


def test_portions_of_rows_and_formats_in_the_extended_protocol(shared_howdah):
    with wire.connect(shared_howdah, "postgres", "howdah") as console:
        start = messages.parse("s", "show lists") + messages.bind("p", "s", result_formats=(0, 1))
        result = console.run(start + messages.execute("p", 2) + messages.execute("p") + messages.SYNC)
        assert result.kinds == "12DDsDDDDDDDDDDCZ"
        assert all(len(one.values[1]) == 4 for one in result.of("D"))
        result = console.run(messages.parse("", "nonsense") + messages.bind() + messages.execute() + messages.SYNC)
        assert (result.kinds, result.sqlstate) == ("EZ", "42601")


def test_clients_servers_and_pools_show_what_is(start_howdah):
    howdah = start_howdah(pool={"max_size": 1})
    with app(howdah, application_name="holder") as holder, app(howdah) as waiter, app(howdah) as idle:
        holder.query("begin; select 1")
        server = holder.query("select pg_backend_pid()").value
        waiter.send(query("select 1"))
        wait_until(lambda: show(howdah, "pools")[0]["cl_waiting"] == "1", "one client waits")
        pool = next(row for row in show(howdah, "pools") if row["database"] == "app")
        # As PgBouncer counts, a client that asks for nothing is active, too.
        assert (pool["user"], pool["cl_active"], pool["sv_active"], pool["sv_idle"]) == ("app", "2", "1", "0")
        assert pool["pool_mode"] == "transaction"
        states = sorted(row["state"] for row in show(howdah, "clients") if row["database"] == "app")
        assert states == ["active", "idle", "waiting"]
        servers = [row for row in show(howdah, "servers") if row["database"] == "app"]
        assert [(row["state"], row["remote_pid"]) for row in servers] == [("active", server)]
        holder.query("commit")
        waiter.ready()
        assert idle.query("select 1").value == "1"


def test_stats_count_transactions_and_queries(howdah):
    with app(howdah) as client:
        for _ in range(10):
            client.query("select 1")
        client.query("begin")
        client.query("select 2")
        client.query("commit")
    stats = next(row for row in show(howdah, "stats") if row["database"] == "app")
    assert int(stats["total_xact_count"]) == 11
    assert int(stats["total_query_count"]) == 13


def metric(text, name, **labels):
    """The value of one sample, or None."""
    for line in text.splitlines():
        found = re.fullmatch(r"(\w+)(?:\{(.*)\})? ([-+.\dea]+)", line)
        if found and found.group(1) == name:
            given = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', found.group(2) or ""))
            if labels.items() <= given.items():
                return float(found.group(3))
    return None


def test_healthz_says_that_it_lives(howdah):
    status, text = howdah.get("/healthz")
    assert status == 200 and text.strip()
    assert howdah.get("/no/such/page")[0] == 404


def answer_to(howdah, content, timeout=15):
    """All that comes back on a connection to the stats port, until it is closed."""
    with socket.create_connection(("127.0.0.1", howdah.admin_port), timeout=timeout) as client:
        received = b""
        with contextlib.suppress(ConnectionError):
            client.sendall(content)
            while piece := client.recv(65536):
                received += piece
        return received


def test_only_get_and_head_are_allowed(shared_howdah):
    head = answer_to(shared_howdah, b"HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ") and head.endswith(b"\r\n\r\n")
    for method in (b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH"):
        answer = answer_to(shared_howdah, method + b" /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 405 ") and b"\r\nAllow: GET, HEAD\r\n" in answer, answer


def test_readyz_tells_why_clients_cannot_be_served(own_postgres, start_howdah):
    howdah = start_howdah(cluster=own_postgres)
    wait_until(lambda: howdah.get("/readyz") == (200, "ready\n"), "it is ready")
    with app(howdah) as client:
        client.query("select 1")
        own_postgres.stop()
        client.send(query("select 1"))
        wait_until(lambda: howdah.get("/readyz")[0] == 503, "it is not ready")
        assert "app/app" in howdah.get("/readyz")[1]
        assert howdah.get("/healthz")[0] == 200
        own_postgres.start()
        wait_until(lambda: howdah.get("/readyz")[0] == 200, "it is ready again", timeout=30)


def test_one_client_with_a_wrong_database_leaves_it_ready(howdah):
    with pytest.raises(wire.ServerError):
        wire.connect(howdah, "app", "no_such_database")
    assert howdah.get("/readyz")[0] == 200


def test_readyz_is_false_while_draining(start_howdah):
    howdah = start_howdah()
    with app(howdah) as client:
        client.query("begin")
        howdah.signal(signal.SIGTERM)
        wait_until(lambda: howdah.get("/readyz") == (503, "draining\n"), "it says that it drains")
        client.query("commit")
    assert howdah.wait_for_end() == 0


def test_promtool_finds_nothing_to_complain_of(howdah):
    with app(howdah) as client:
        client.query("select 1")
        client.query("select 1/0")
        text = howdah.get("/metrics")[1]
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_metrics_are_in_the_text_format_and_count(howdah):
    with app(howdah) as client:
        for _ in range(5):
            client.query("select 1")
        client.query("select 1/0")
        status, text = howdah.get("/metrics")
    assert status == 200
    names = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    assert names and all(name.startswith("howdah_") for name in names)
    for line in text.splitlines():
        assert line.startswith("#") or re.fullmatch(r"\w+(\{.*\})? [-+.\deNaInf]+", line), line
    for word in ("client", "server", "transactions", "queries", "bytes", "errors"):
        assert any(word in name for name in names), word
    assert 'database="app"' in text and 'user="app"' in text
    transactions = [name for name in names if "transactions" in name and name.endswith("_total")]
    assert metric(text, transactions[0], database="app") == 6


def test_the_stats_port_speaks_to_nobody_else(howdah):
    """Requests of odd kinds cost nothing and the pool works on."""
    for content in (b"\r\n\r\n", b"GET /metrics HTTP/9.9\r\n\r\n", b"POST /metrics HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"\x16\x03\x01"):
        with wire.Connection("127.0.0.1", howdah.admin_port) as client:
            client.send(content)
            client.finish_sending()
            client.is_closed()
    with app(howdah) as client:
        assert client.query("select 1").value == "1"
    assert howdah.get("/healthz")[0] == 200


def test_huge_requests_end_early(shared_howdah):
    before = shared_howdah.rss_kb()
    for content in (
        b"GET /" + b"x" * 1_000_000,
        b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 1_000_000,
        b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 200_000,
        b"POST /healthz HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000_000,
        b"GET /healthz HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"fffff\r\n" + b"x" * 1_000_000,
    ):
        assert not answer_to(shared_howdah, content).startswith(b"HTTP/1.1 200")
    assert shared_howdah.get("/healthz")[0] == 200
    assert shared_howdah.rss_kb() - before < (4096 if not is_sanitized() else 65536)


def test_a_request_that_never_ends_is_ended(shared_howdah):
    """A byte now and then keeps the connection busy, but not for ever."""
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", shared_howdah.admin_port), timeout=0.3) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nX: ")
        is_open = True
        while is_open and time.monotonic() - started < 30:
            try:
                client.sendall(b"x")
                is_open = client.recv(1000) != b""
            except TimeoutError:
                pass
            except ConnectionError:
                is_open = False
    assert time.monotonic() - started < 15
    with app(shared_howdah) as client:
        assert client.query("select 1").value == "1"


def test_many_silent_connections_shut_nobody_out(howdah):
    with contextlib.ExitStack() as stack:
        for _ in range(500):
            stack.enter_context(socket.create_connection(("127.0.0.1", howdah.admin_port), timeout=10))
        started = time.monotonic()
        assert howdah.get("/healthz")[0] == 200
        assert time.monotonic() - started < 5
        assert howdah.open_files() < 250
    with app(howdah) as client:
        assert client.query("select 1").value == "1"
    wait_until(lambda: howdah.open_files() < 50, "the connections are gone", timeout=20)


@pytest.mark.parametrize("path", [b"/metrics", b"/stats.json", b"/"])
def test_a_slow_reader_of_a_page_delays_no_query(howdah, path):
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", howdah.admin_port), timeout=10))
            client.sendall(b"GET " + path + b" HTTP/1.1\r\n\r\n" * 50)
        with app(howdah) as client:
            started = time.monotonic()
            for _ in range(200):
                client.query("select 1")
            assert time.monotonic() - started < 5


def test_an_address_in_use_is_said_and_nothing_starts(start_howdah, shared_howdah):
    howdah = start_howdah(wait=False, admin={"listen": f"127.0.0.1:{shared_howdah.admin_port}"})
    assert howdah.wait_for_end() != 0
    assert f"admin.listen 127.0.0.1:{shared_howdah.admin_port}: Address already in use" in howdah.log()
    howdah.process = None
