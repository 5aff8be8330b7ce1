"""The admin console and the stats port: who may see them, and that what they show is true."""

import re

import psycopg2
import pytest

from support import messages, wire
from support.messages import query
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only

SHOWS = ["clients", "servers", "pools", "databases", "stats", "version", "config"]


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
        assert result.rows or result.error["C"] == "0A000"
        assert console.query("show version").rows


def test_clients_servers_and_pools_show_what_is(start_howdah):
    howdah = start_howdah(pool={"max_size": 1})
    with app(howdah, application_name="holder") as holder, app(howdah) as waiter, app(howdah) as idle:
        holder.query("begin")
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
