"""The stats port: who may see what, whether one database can be served, what happened lately, and that Prometheus reads it."""

import contextlib
import json
import socket

import pytest

from support import processes, wire
from support.messages import query
from support.prometheus import Prometheus
from support.steady_load import SteadyLoad
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

TOKEN = "a long token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def app(howdah, **more):
    return wire.connect(howdah, "app", "app", **more)


def stats(howdah, **headers):
    status, text = howdah.get("/stats.json", **headers)
    assert status == 200, text
    return json.loads(text)


def answer_to(howdah, *lines):
    """Head and body of the answer to a request of these lines."""
    with socket.create_connection(("127.0.0.1", howdah.admin_port), timeout=15) as client:
        client.sendall("\r\n".join([*lines, "", ""]).encode())
        received = b""
        while piece := client.recv(65536):
            received += piece
    return received.decode().split("\r\n\r\n", 1)


@pytest.fixture
def with_token(start_howdah):
    return start_howdah(admin={"token": TOKEN})


def test_figures_are_for_who_has_the_token(with_token):
    for path in ("/metrics", "/stats.json"):
        assert with_token.get(path)[0] == 401
        assert with_token.get(path, Authorization="Bearer another")[0] == 401
        assert with_token.get(path, **BEARER)[0] == 200
    assert "WWW-Authenticate: Bearer" in answer_to(with_token, "GET /metrics HTTP/1.1", "Host: localhost")[0]
    for path in ("/healthz", "/readyz", "/"):
        assert with_token.get(path)[0] == 200
    assert TOKEN not in with_token.log()
    with wire.connect(with_token, "postgres", "howdah") as console:
        assert TOKEN not in str(console.query("show config").rows)


@pytest.mark.parametrize("way", ["file", "env"])
def test_the_token_may_stand_elsewhere(start_howdah, tmp_path, monkeypatch, way):
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    path.chmod(0o600)
    monkeypatch.setenv("HOWDAH_STATS_TOKEN", TOKEN)
    howdah = start_howdah(admin={"token": {"file": str(path)} if way == "file" else {"env": "HOWDAH_STATS_TOKEN"}})
    assert howdah.get("/stats.json")[0] == 401
    assert howdah.get("/stats.json", **BEARER)[0] == 200


def test_a_web_page_cannot_read_it_by_a_name_of_its_own(shared_howdah):
    for host in ("evil.example", f"evil.example:{shared_howdah.admin_port}", "127.0.0.1.evil.example"):
        head, body = answer_to(shared_howdah, "GET /stats.json HTTP/1.1", f"Host: {host}")
        assert head.startswith("HTTP/1.1 403 ") and "database" not in body
    for line in (f"Host: localhost:{shared_howdah.admin_port}", "Host: 127.0.0.1", "Host: [::1]:1"):
        assert answer_to(shared_howdah, "GET /stats.json HTTP/1.1", line)[0].startswith("HTTP/1.1 200 ")
    assert answer_to(shared_howdah, "GET /healthz HTTP/1.0")[0].startswith("HTTP/1.0 200 ")


def test_other_pages_may_not_use_it(shared_howdah):
    for path in ("/", "/stats.json", "/nothing"):
        head, _ = answer_to(shared_howdah, f"GET {path} HTTP/1.1", "Host: localhost", "Origin: http://evil.example")
        assert "access-control" not in head.lower()
        for line in ("default-src 'none'", "frame-ancestors 'none'", "X-Content-Type-Options: nosniff", "Cache-Control: no-store"):
            assert line in head, head


def test_addresses_of_clients_are_not_shown_to_everybody(start_howdah):
    port = processes.free_port()
    howdah = start_howdah(admin={"listen": f"0.0.0.0:{port}"})
    howdah.admin_port = port
    wait_until(lambda: processes.accepts(port), "the stats port answers")
    with app(howdah) as client:
        client.query("begin; select 1")
        (holder,) = stats(howdah)["holders"]
        assert holder["state"] == "idle in transaction" and "address" not in holder
    assert howdah.get("/healthz", Host="any.example")[0] == 200


def test_readyz_may_be_asked_for_one_database(own_postgres, postgres, start_howdah):
    pool = {"mode": "transaction", "max_size": 2, "min_size": 1}
    databases = {
        "here": {"backend": postgres.backend(database="app", user="app"), "pool": pool},
        "gone": {"backend": own_postgres.backend(database="app", user="app"), "pool": pool},
    }
    own_postgres.stop()
    howdah = start_howdah(databases=databases)
    wait_until(lambda: "gone/app: no server" in howdah.get("/readyz?database=gone")[1], "that one is not ready")
    assert howdah.get("/readyz?database=gone")[0] == 503
    assert howdah.get("/readyz")[0] == 503
    wait_until(lambda: howdah.get("/readyz?database=here") == (200, "ready\n"), "this one is ready")
    assert howdah.get("/readyz?database=h%65re")[0] == 200
    grade = lambda: stats(howdah)["verdict"]["grade"]  # noqa: E731
    wait_until(lambda: grade() == "problem", "the verdict says so, too")
    own_postgres.start()
    wait_until(lambda: howdah.get("/readyz?database=gone")[0] == 200, "it is ready again", timeout=30)
    wait_until(lambda: grade() == "well", "all is well again")


@pytest.mark.parametrize("asked", ["?database=", "?database=%00", "?database=%zz", "?&&==&", "?database=" + "x" * 5000, "?database=a&database=b"])
def test_odd_questions_are_answered(shared_howdah, asked):
    assert shared_howdah.get(f"/readyz{asked}")[0] in (200, 400, 404)
    assert shared_howdah.get("/readyz") == (200, "ready\n")


def test_stats_json_shows_who_waits_and_who_holds(start_howdah):
    howdah = start_howdah(pool={"max_size": 1})
    with app(howdah, application_name="holder") as holder, app(howdah, application_name="waiter") as waiter:
        holder.query("begin")
        holder.query("select 1")
        waiter.send(query("select 2"))
        seen = wait_until(lambda: (now := stats(howdah))["waiters"] and now, "somebody waits")
        assert [(one["application"], one["place"], one["user"]) for one in seen["waiters"]] == [("waiter", 1, "app")]
        assert [(one["application"], one["state"]) for one in seen["holders"]] == [("holder", "idle in transaction")]
        assert seen["holders"][0]["address"].startswith("127.0.0.1:")
        wait_until(lambda: stats(howdah)["verdict"]["grade"] == "warning", "a second has passed")
        assert "1 client waits for a server" in stats(howdah)["verdict"]["findings"][0]["text"]
        holder.query("commit")
        waiter.ready()
    wait_until(lambda: stats(howdah)["verdict"]["grade"] == "well", "nobody waits any more")


def test_rates_are_there_from_the_first_look_on(howdah):
    with SteadyLoad(howdah, ["select 1"], clients=2):
        recent = wait_until(lambda: stats(howdah)["all"]["recent"], "a second sample", timeout=5)
        assert recent["seconds"] > 0
        wait_until(lambda: stats(howdah)["all"]["recent"]["transactions_per_second"] > 10, "rates rise")
        history = wait_until(lambda: (pool := stats(howdah)["pools"][0]["history"])["seconds_ago"] and pool, "a point of the pool")
        assert len({len(history[name]) for name in ("seconds_ago", "transactions_per_second", "servers_active")}) == 1
        assert history["transactions_per_second"][-1] > 10


def test_prometheus_scrapes_it(with_token):
    with app(with_token) as client, Prometheus(with_token, TOKEN) as prometheus:
        for _ in range(25):
            client.query("select 1")
        total = 'howdah_transactions_total{database="app",user="app"}'
        wait_until(lambda: prometheus.value(total) == 25, "Prometheus has the figure", timeout=60)
        assert prometheus.target() == ("up", "")
        for _ in range(10):
            client.query("select 1")
        wait_until(lambda: prometheus.value(total) == 35, "and the next one")
        assert prometheus.value("up") == 1
        buckets = 'count(howdah_transaction_duration_seconds_bucket{database="app"})'
        assert prometheus.value(buckets) == 19
        assert prometheus.value('sum(howdah_pool_servers{database="app"})') == 1


def test_looking_all_the_time_delays_no_query(howdah):
    """Many who ask for the largest page, and read slowly."""
    with contextlib.ExitStack() as stack:
        for _ in range(60):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", howdah.admin_port), timeout=10))
            client.sendall(b"GET /stats.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with app(howdah) as client:
            for _ in range(200):
                assert client.query("select 1").value == "1"
    assert howdah.get("/healthz")[0] == 200
