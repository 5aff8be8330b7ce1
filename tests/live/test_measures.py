"""What is measured of a load whose figures are known beforehand: waits, times, statements, advice, slow ones."""

import re
import threading

import pytest

from support import console, wire
from support.waiting import wait_until

CLIENTS, SERVERS = 12, 4
SERVICE = 1.0  # seconds
ROUNDS = 4

pytestmark = pytest.mark.howdah_only


def sleep_together(howdah, seconds, rounds):
    """All clients ask at once, each again as soon as it is answered."""
    gate = threading.Barrier(CLIENTS)

    def work():
        with wire.connect(howdah, "app", "app", timeout=60) as client:
            gate.wait()
            for _ in range(rounds):
                assert client.query(f"select pg_sleep({seconds})").rows == [("",)]

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def is_about(text, expected):
    """Within five per cent."""
    return abs(float(text) - expected) <= 0.05 * expected


def times_of(howdah, what):
    return next(row for row in console.show(howdah, "times") if row["time"] == what and row["database"] == "app")


@pytest.mark.time_limit(180)
def test_waits_and_times_are_those_of_the_known_load(start_howdah):
    """Four servers, twelve clients: whoever comes again waits for the two rounds of the others. One worker, since queues
    of several may overtake each other a little."""
    howdah = start_howdah(workers=1, pool={"max_size": SERVERS})
    sleep_together(howdah, SERVICE, ROUNDS)
    wait, transaction = times_of(howdah, "wait"), times_of(howdah, "transaction")
    micros = 1e6 * SERVICE
    assert is_about(wait["p50_us"], 2 * micros) and is_about(wait["p99_us"], 2 * micros), wait
    assert int(transaction["count"]) == CLIENTS * ROUNDS
    for name in ("p50_us", "p95_us", "p99_us", "mean_us"):
        assert is_about(transaction[name], micros), transaction
    (statement,) = [row for row in console.show(howdah, "statements") if "pg_sleep" in row["statement"]]
    assert statement["statement"] == "select pg_sleep($1)"
    assert int(statement["calls"]) == int(statement["rows"]) == CLIENTS * ROUNDS
    assert is_about(statement["server_us"], CLIENTS * ROUNDS * micros), statement
    # In the first round a third waits for nobody, a third for one round and a third for two; then all for two.
    waits = SERVERS * (0 + 1 + 2) + CLIENTS * (ROUNDS - 1) * 2
    assert is_about(statement["wait_us"], waits * micros), statement


@pytest.mark.time_limit(180)
def test_advice_is_the_size_by_littles_law(start_howdah):
    """Twelve clients that always ask: with twelve servers nobody would wait."""
    howdah = start_howdah(workers=1, pool={"max_size": SERVERS})
    sleep_together(howdah, SERVICE / 10, 110)

    def advice():
        return [row for row in console.show(howdah, "advice") if row["kind"] == "pool size"]

    wait_until(advice, "there is advice", timeout=30)
    (told,) = advice()
    assert re.search(rf"raise max_size from {SERVERS} to {CLIENTS}\b", told["advice"]), told
    up_to = re.search(r"up to ([\d.]+) clients", told["figures"])
    assert is_about(up_to.group(1), CLIENTS), told
    assert "transactions" in told["figures"] and "waits" in told["figures"]


def test_the_backend_is_asked_how_many_connections_it_allows(start_howdah, postgres):
    allowed = int(postgres.value("show max_connections")) - int(postgres.value("show superuser_reserved_connections"))
    howdah = start_howdah(pool={"max_size": allowed + 1})

    def advice():
        with wire.connect(howdah, "app", "app") as client:
            client.query("select 1")
        return [row for row in console.show(howdah, "advice") if row["kind"] == "max_connections"]

    wait_until(advice, "there is advice", timeout=30)
    assert f"together; the backend allows {allowed} connections" in advice()[0]["figures"]


def test_slow_ones_are_logged_with_where_the_time_went(start_howdah):
    howdah = start_howdah(pool={"max_size": 1}, log={"slow_transaction": "300ms", "slow_statement": "300ms"})
    with wire.connect(howdah, "app", "app") as client:
        client.query("select 'quick'")
        client.query("select pg_sleep(0.4), 'secret'")
        wait_until(lambda: "slow transaction" in howdah.log(), "it is logged, behind the answer")
    lines = [line for line in howdah.log().splitlines() if "slow " in line]
    (statement,) = [line for line in lines if "slow statement" in line]
    (transaction,) = [line for line in lines if "slow transaction" in line]
    assert "select pg_sleep($1), $2" in statement and "secret" not in howdah.log()
    shown = next(row for row in console.show(howdah, "statements") if "pg_sleep" in row["statement"])
    assert f"fingerprint={shown['fingerprint']}" in statement
    parts = {name: float(value) for name, value in re.findall(r"(\w+)_ms=([\d.]+)", transaction)}
    assert parts["took"] >= parts["server"] >= 400
    assert parts["took"] == pytest.approx(parts["queue"] + parts["login"] + parts["server"] + parts["client"], abs=0.01)


def test_errors_and_disconnects_are_counted_by_what_they_were(start_howdah):
    howdah = start_howdah()
    with wire.connect(howdah, "app", "app") as client:
        for _ in range(3):
            assert client.query("select 1/0").sqlstate == "22012"
        assert client.query("select nothing").sqlstate == "42703"
    errors = {row["sqlstate"]: int(row["count"]) for row in console.show(howdah, "errors")}
    assert errors == {"22012": 3, "42703": 1}
    wait_until(
        lambda: {row["reason"] for row in console.show(howdah, "disconnects")} == {"closed by the client"},
        "the client has gone",
    )
    statements = {row["statement"]: (int(row["calls"]), int(row["errors"])) for row in console.show(howdah, "statements")}
    assert statements["select $1 / $2"] == (3, 3)
