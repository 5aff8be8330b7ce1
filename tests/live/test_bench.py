"""The programs that benchmarks are made of still work: a relay, and a stub in PostgreSQL's place."""

import math

import pytest

from support import bench_bulk, bench_memory, bench_targets, messages, pgbench, wire
from support.bench_targets import DIRECT, HOWDAH, RELAY
from support.bench_workloads import ONE, PIPELINE, STUB, Load
from support.stub import StubServer

pytestmark = pytest.mark.howdah_only
TRANSACTION = f"BEGIN;\n{ONE}END;\n"


@pytest.fixture(scope="module")
def stub():
    server = StubServer()
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="module")
def targets(stub):
    with bench_targets.running([DIRECT, RELAY, HOWDAH], stub) as started:
        yield started
        started[HOWDAH].stop()


@pytest.mark.parametrize("name", [DIRECT, RELAY, HOWDAH])
@pytest.mark.parametrize(
    "protocol,script",
    [("simple", TRANSACTION), ("extended", TRANSACTION), ("prepared", TRANSACTION), ("extended", PIPELINE), ("prepared", PIPELINE)],
)
def test_the_stub_answers_pgbench_in_every_protocol(targets, name, protocol, script):
    done = Load(name, STUB, ("-M", protocol), 4, script, sampled=1.0).run(targets[name], "-t", "25")
    assert done.count == 100 and len(done.latencies) == 100 and done.percentile(0.5) <= done.percentile(0.99)


@pytest.mark.parametrize("name", [DIRECT, RELAY, HOWDAH])
def test_the_stub_returns_rows_as_asked_for(targets, name):
    with wire.connect(targets[name], "app", "app") as client:
        assert client.query("select repeat('x', 3) from generate_series(1, 20000)").rows == [("111",)] * 20_000
        assert client.run(messages.extended("select 1") + messages.SYNC).rows == [("1",)]


def test_the_stub_says_in_which_transaction_it_is(stub):
    with wire.connect(stub, "app", "app") as client:
        assert [client.query(sql).status for sql in ("begin", "select 1", "commit", "begin", "rollback")] == list("TTITI")


def test_the_stub_reports_the_name_of_the_application(stub):
    with wire.connect(stub, "app", "app") as client:
        client.query("SET application_name='an application'")
        assert client.parameters["application_name"] == "an application"
        client.query("select pg_catalog.set_config('application_name','another',false)")
        assert client.parameters["application_name"] == "another"


@pytest.mark.parametrize("name", bench_bulk.TRANSFERS)
def test_transfers_move_what_they_say(start_howdah, postgres, name):
    postgres.rows(f"set role app; {bench_bulk.TABLES.replace('table', 'table if not exists', 1)}", database="app")
    assert bench_bulk.transfer(start_howdah(), name, share=0.001) > 500_000


def test_memory_of_idle_clients_is_measured(targets):
    assert all(map(math.isfinite, bench_memory.kilobytes_per_client(targets[HOWDAH], 20, prepares=True)))


def test_a_failing_load_is_an_error(postgres):
    with pytest.raises(pgbench.PgbenchFailed, match="division by zero"):
        Load("failing", STUB, (), 1, "select 1/0;\n").run(postgres, "-t", "1")
