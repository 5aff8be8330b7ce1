"""What a benchmark runs: a table of workloads, each with the targets that it makes sense for, and how it is measured."""

import math
import statistics
import tempfile
from dataclasses import dataclass

from support import bench_bulk, pgbench, usage
from support.bench_targets import DIRECT, HOWDAH, HOWDAH_TWO, NAMES, PASSWORD, PGBOUNCER, PGBOUNCER_LARGE, RELAY

# What stands behind the targets, and how clients get in.
POSTGRES, STUB, SCRAM, TLS, TLS_STUB = "PostgreSQL", "stub", "PostgreSQL, SCRAM", "PostgreSQL, TLS", "stub, TLS"
USUAL = (DIRECT, RELAY, PGBOUNCER, HOWDAH, HOWDAH_TWO)
PREPARING = (DIRECT, RELAY, HOWDAH, HOWDAH_TWO)  # PgBouncer before 1.21 has no prepared statements in transaction mode
POOLING = (DIRECT, PGBOUNCER, HOWDAH, HOWDAH_TWO)
POOLERS = (PGBOUNCER, HOWDAH, HOWDAH_TWO)
BY_TLS = (("sslmode", "require"),)

ONE = "SELECT 1;\n"
PIPELINE = "\\startpipeline\n" + ONE * 10 + "\\endpipeline\n"

# What a transaction may do to the state of its session; each leaves it as it found it, or the same each time.
STATE = {
    "nothing left": ONE,
    "SET": "SET search_path = tenant_:client_id;\n" + ONE,
    "SET LOCAL": "BEGIN;\nSET LOCAL search_path = tenant_:client_id;\n" + ONE + "END;\n",
    "set_config()": "SELECT set_config('app.tenant', text(:client_id), false);\n" + ONE,
    "a lock, kept for one transaction": "SELECT pg_advisory_lock(:client_id);\n" + ONE + "SELECT pg_advisory_unlock(:client_id);\n",
    "LISTEN and UNLISTEN": "LISTEN channel_:client_id;\n" + ONE + "UNLISTEN channel_:client_id;\n",
    "NOTIFY, listening": "LISTEN channel_:client_id;\nNOTIFY channel_:client_id;\n",
}


@dataclass(frozen=True)
class Figures:
    """Of one run; a unit is a transaction, or a gigabyte where bytes are moved."""

    rate: float  # units per second
    cost: float  # microseconds of the pooler's CPU for one unit
    p50: float = math.nan  # milliseconds
    p99: float = math.nan


@dataclass(frozen=True)
class Load:
    """A run of pgbench: `script` is a file's content, or empty where `options` name a built-in one."""

    name: str
    server: str
    options: tuple
    clients: int
    script: str = ""
    targets: tuple = USUAL
    login: tuple = ()
    sampled: float | None = 0.3  # share of the transactions whose latency is kept
    jobs: int = 2  # threads of pgbench
    is_quick: bool = False
    is_on_one_core: bool = False  # client, pooler and server
    counts_calls = property(lambda self: self.server in (STUB, TLS_STUB) and not self.is_on_one_core)

    def run(self, target, *length):
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(self.script)
            file.flush()
            script = ["-f", file.name] if self.script else []
            jobs = ["-c", str(self.clients), "-j", str(min(self.clients, self.jobs))]
            return pgbench.measure(target, "-n", *self.options, *script, *jobs, *length, sampled=self.sampled, **dict(self.login))

    def warm_up(self, target, seconds):
        """How many transactions each client makes in so many seconds: the length of a measurement. (What pgbench is told in
        seconds would begin with its log-ins.)"""
        done = self.run(target, "-t", str(max(1000 // self.clients, 5)))
        return max(round(done.rate * seconds / self.clients), 5)

    def measure(self, target, length):
        used = usage.processor_microseconds_of(target)
        done = self.run(target, "-t", str(length))
        cost = (usage.processor_microseconds_of(target) - used) / done.count
        return Figures(done.rate, cost, done.percentile(0.50), done.percentile(0.99))

    def calls_per_unit(self, target):
        """System calls for a transaction; those of the log-ins are taken off by a second, longer run."""
        counts = [2, 2 + max(2000 // self.clients, 10)]
        calls = [usage.system_calls(target.process.pid, lambda: self.run(target, "-t", str(count)))[0] for count in counts]
        return (calls[1] - calls[0]) / (self.clients * (counts[1] - counts[0]))


@dataclass(frozen=True)
class Transfer:
    """Much data over one connection: one of bench_bulk.TRANSFERS."""

    name: str
    server: str = POSTGRES
    targets: tuple = (DIRECT, RELAY, PGBOUNCER, PGBOUNCER_LARGE, HOWDAH, HOWDAH_TWO)
    is_quick: bool = True
    is_on_one_core = False
    counts_calls = True

    def warm_up(self, target, seconds):
        """The share of the usual repetitions in a measurement."""
        bench_bulk.transfer(target, self.name, share=0.01)
        return seconds

    def measure(self, target, length):
        used = usage.processor_microseconds_of(target)
        gigabytes, elapsed = bench_bulk.timed(target, self.name, share=length)
        return Figures(gigabytes / elapsed, (usage.processor_microseconds_of(target) - used) / gigabytes)

    def calls_per_unit(self, target):
        calls, (gigabytes, _) = usage.system_calls(target.process.pid, lambda: bench_bulk.timed(target, self.name, share=0.1))
        return calls / gigabytes


def _for_clients(name, server, options, script="", quick=()):
    """In all three protocols, for one client, 32 and 256."""
    for protocol in ("simple", "extended", "prepared"):
        for clients in (1, 32, 256):
            yield Load(
                f"{name}, {protocol}, {clients} client{'s' * (clients > 1)}",
                server,
                ("-M", protocol, *options),
                clients,
                script,
                PREPARING if protocol == "prepared" else USUAL,
                is_quick=(protocol, clients) in quick,
            )


def _pipelines(server):
    for protocol in ("extended", "prepared"):
        targets = PREPARING if protocol == "prepared" else USUAL
        yield Load(f"ten in a pipeline, {protocol}, 32 clients", server, ("-M", protocol), 32, PIPELINE, targets, is_quick=server == STUB)


def _on_one_core():
    """With two cores, one client's rate is one of two, by whether the scheduler wakes the next process on the same core."""
    for protocol in ("simple", "extended", "prepared"):
        targets = PREPARING if protocol == "prepared" else USUAL
        name = f"SELECT 1, {protocol}, 1 client, one core"
        yield Load(name, STUB, ("-M", protocol), 1, ONE, targets, is_quick=True, is_on_one_core=True)


def _logins():
    """pgbench waits for a log-in, so each client has a thread; the time of the log-in is not in its latencies."""
    common = {"options": ("-C",), "clients": 8, "jobs": 8, "script": ONE, "sampled": None, "is_quick": True}
    yield Load("log-in, trust, 8 clients", POSTGRES, **common)
    login = (("user", "scram_user"), ("password", PASSWORD))
    yield Load("log-in, SCRAM, 8 clients", SCRAM, targets=POOLING, login=login, **common)


def _tls():
    common = {"options": ("-C",), "clients": 8, "jobs": 8, "script": ONE, "sampled": None, "is_quick": True}
    yield Load("log-in, TLS, 8 clients", TLS, targets=POOLERS, login=BY_TLS, **common)
    for protocol, targets in (("simple", POOLERS), ("prepared", (HOWDAH, HOWDAH_TWO))):
        name = f"SELECT 1, {protocol}, 32 clients, TLS"
        yield Load(name, TLS_STUB, ("-M", protocol), 32, ONE, targets, login=BY_TLS, is_quick=True)


def _state():
    for what, script in STATE.items():
        yield Load(f"state: {what}, 32 clients", POSTGRES, (), 32, script, (DIRECT, HOWDAH))


def workloads():
    quick = [("simple", 1), ("simple", 32), ("extended", 32), ("prepared", 32)]
    return [
        *_for_clients("select-only", POSTGRES, ("-S",), quick=quick[1:]),
        *_for_clients("SELECT 1", POSTGRES, (), ONE),
        Load("tpcb-like, simple, 32 clients", POSTGRES, ("-b", "tpcb-like"), 32, is_quick=True),
        *_pipelines(POSTGRES),
        *_state(),
        Load("1,000 a second, simple, 8 clients", POSTGRES, ("-S", "-R", "1000"), 8, sampled=1.0, is_quick=True),
        *_logins(),
        *_tls(),
        *_for_clients("SELECT 1", STUB, (), ONE, quick=[*quick, ("simple", 256)]),
        *_on_one_core(),
        *_pipelines(STUB),
        *(Transfer(name) for name in bench_bulk.TRANSFERS),
    ]


def targets_of(chosen):
    """The names that these workloads need, in the usual order."""
    return [name for name in NAMES if any(name in workload.targets for workload in chosen)]


def median(rounds, value):
    return statistics.median(value(one) for one in rounds)


def ratio(rounds, base, value):
    """The median of what each round's ratio to the base was."""
    return statistics.median(value(one) / value(other) for one, other in zip(rounds, base))
