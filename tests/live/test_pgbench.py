"""pgbench, PostgreSQL's own load, runs without an error: both protocols, reads and TPC-B, few and many clients."""

import re
import subprocess

import pytest

from support import postgres as postgres_cluster
from support.other_targets import target_name

pytestmark = pytest.mark.time_limit(300)

CLIENTS = [1, 32, 80 if target_name() == "direct" else 100, pytest.param(500, marks=[pytest.mark.long, pytest.mark.pooler_only])]


def pgbench(address, *options):
    command = [f"{postgres_cluster.bin_folder()}/pgbench", "-h", address.host, "-p", str(address.port), "-U", "app"]
    done = subprocess.run([*command, *options, "app"], capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.fixture(scope="module", autouse=True)
def tables(postgres):
    """The tables of pgbench, made directly once: what is tested is the load."""
    pgbench(postgres, "-i", "-s", "4", "-q")
    yield
    postgres.rows(
        "drop table pgbench_accounts, pgbench_branches, pgbench_history, pgbench_tellers", database="app",
    )


@pytest.mark.parametrize("clients", CLIENTS)
@pytest.mark.parametrize("protocol", ["simple", "extended"])
@pytest.mark.parametrize("load", ["select-only", "tpcb-like"])
def test_pgbench_runs_without_an_error(start_howdah, clients, protocol, load):
    howdah = start_howdah(pool={"max_size": 8, "acquire_timeout": "120s"})
    seconds = "3" if clients < 500 else "20"
    output = pgbench(
        howdah, "-n", "-b", load, "-M", protocol, "-c", str(clients), "-j", "2", "-T", seconds, "--max-tries=1",
    )
    assert int(re.search(r"number of transactions actually processed: (\d+)", output).group(1)) > 0
    assert re.search(r"number of failed transactions: 0 ", output), output
    assert "error" not in output.lower() and "aborted" not in output.lower()


def test_pgbench_makes_its_tables_through_the_pool(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 2})
    pgbench(howdah, "-i", "-s", "2", "-q", "-I", "dtgvp")
    assert postgres.value("select count(*) from pgbench_accounts", database="app") == 200_000
    pgbench(postgres, "-i", "-s", "4", "-q")


def test_pgbench_in_a_new_connection_each_time(start_howdah):
    howdah = start_howdah(pool={"max_size": 8})
    output = pgbench(howdah, "-n", "-S", "-C", "-c", "8", "-j", "2", "-T", "2")
    assert re.search(r"number of failed transactions: 0 ", output), output


def test_pipelines_of_pgbench_run(start_howdah, tmp_path):
    howdah = start_howdah(pool={"max_size": 4})
    script = tmp_path / "pipeline.sql"
    script.write_text(
        "\\set aid random(1, 400000)\n\\startpipeline\nbegin;\n"
        + "select abalance from pgbench_accounts where aid = :aid;\n" * 8
        + "end;\n\\endpipeline\n"
    )
    output = pgbench(howdah, "-n", "-M", "extended", "-f", str(script), "-c", "16", "-j", "2", "-T", "2")
    assert re.search(r"number of failed transactions: 0 ", output), output
