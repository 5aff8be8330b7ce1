"""pgbench, PostgreSQL's own load generator: one run, and what it tells."""

import glob
import math
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass

from support import postgres as postgres_cluster


class PgbenchFailed(Exception):
    """It ended with an error, or some of its transactions failed."""


@dataclass(frozen=True)
class Outcome:
    count: int  # of transactions
    rate: float  # transactions per second
    latencies: list  # milliseconds, sorted; of a sample where `sampled` was asked for

    def percentile(self, share):
        """The latency that this share of the transactions did not exceed."""
        return self.latencies[max(math.ceil(share * len(self.latencies)) - 1, 0)] if self.latencies else math.nan


def run(address, *options, user="app", database="app", password=None, sslmode="prefer"):
    """Its output. `address` is anything with .host and .port."""
    command = [f"{postgres_cluster.bin_folder()}/pgbench", "-h", address.host, "-p", str(address.port), "-U", user]
    environment = os.environ | {"PGSSLMODE": sslmode} | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run([*command, *options, database], capture_output=True, text=True, check=False, env=environment)
    failed = re.search(r"number of failed transactions: [1-9].*", done.stdout)
    if done.returncode or failed:
        raise PgbenchFailed(done.stderr[-3000:] or failed.group())
    return done.stdout


def measure(address, *options, sampled=None, **login):
    """One run as an Outcome; `sampled` is the share of transactions whose latencies are kept."""
    with tempfile.TemporaryDirectory(prefix="howdah-pgbench-") as folder:
        log = ["-l", f"--log-prefix={folder}/log", f"--sampling-rate={sampled}"] if sampled else []
        output = run(address, *options, *log, **login)
        latencies = sorted(_logged(folder))
    count = int(re.search(r"actually processed: (\d+)", output).group(1))
    return Outcome(count, float(re.search(r"tps = ([\d.]+) ", output).group(1)), latencies)


def _logged(folder):
    for path in glob.glob(f"{folder}/log*"):
        with open(path, encoding="ascii") as file:
            yield from (int(line.split()[2]) / 1000 for line in file)
