"""One run of the benchmark: starts the servers, lets all targets take turns, and keeps what was measured."""

import contextlib
import sys
import time
from dataclasses import dataclass, field

from support import bench_bulk, bench_memory, bench_targets, bench_workloads, pgbench, usage
from support import postgres as postgres_cluster
from support.bench_targets import DIRECT, HOWDAH, HOWDAH_TWO, PGBOUNCER
from support.bench_workloads import POSTGRES, SCRAM, STUB, TLS, TLS_STUB
from support.stub import StubServer

# Over TCP scram_user has to know its password; everybody else is trusted.
HBA = "local all all trust\nhost all scram_user all scram-sha-256\nhost all all all trust\n"
SETTINGS = {"max_connections": 400, "shared_buffers": "256MB"}


@dataclass
class Found:
    results: dict = field(default_factory=dict)  # {workload: {target: [Figures of each round]}}
    calls: dict = field(default_factory=dict)  # {workload: {target: system calls per unit}}
    memory: dict = field(default_factory=dict)  # {target: (kB logged in, kB with a statement)}


def say(what, begun):
    print(f"{time.monotonic() - begun:6.1f} s  {what}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _postgres():
    """With the tables of pgbench and of the transfers."""
    with contextlib.ExitStack() as ends:
        template = postgres_cluster.make_template()
        ends.callback(template.remove)
        cluster = postgres_cluster.Postgres(template, SETTINGS, HBA)
        ends.callback(cluster.remove)
        cluster.start()
        pgbench.run(cluster, "-i", "-s", "10", "-q")
        cluster.rows(f"set role app; {bench_bulk.TABLES}", database="app")
        yield cluster


@contextlib.contextmanager
def _stub():
    server = StubServer()
    try:
        yield server.start()
    finally:
        server.remove()


def _take_turns(workload, targets, rounds, seconds):
    """In each round another one is the first, so that nobody always follows the same neighbour."""
    names = [name for name in targets if name in workload.targets]
    result = {name: [] for name in names}
    lengths = {name: workload.warm_up(targets[name], seconds) for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            result[name].append(workload.measure(targets[name], lengths[name]))
    return result


def _cores_for(workload, server, targets):
    if not workload.is_on_one_core:
        return contextlib.nullcontext()
    processes = [getattr(one, "process", None) for one in (server, *targets.values())]
    return usage.on_one_core([process.pid for process in processes if process])


def _run_before(server, chosen, names, found, options, **more):
    """All workloads that have this server behind their targets."""
    with bench_targets.running(names, server, **more) as targets:
        for workload in chosen:
            begun = time.monotonic()
            with _cores_for(workload, server, targets):
                found.results[workload] = _take_turns(workload, targets, options.rounds, options.seconds)
            say(workload.name, begun)
        for workload in [one for one in chosen if one.counts_calls]:
            begun = time.monotonic()
            poolers = [name for name in targets if name != DIRECT and name in workload.targets]
            found.calls[workload] = {name: workload.calls_per_unit(targets[name]) for name in poolers}
            say(f"{workload.name}, system calls", begun)


def _measure_memory(server, names, found, count):
    for name in [one for one in (PGBOUNCER, HOWDAH, HOWDAH_TWO) if one in names]:
        begun = time.monotonic()
        with bench_targets.running([name], server) as targets:
            found.memory[name] = bench_memory.kilobytes_per_client(targets[name], count, name != PGBOUNCER)
        say(f"memory of {name}", begun)


def measure(chosen, options):
    """Runs these workloads; memory too, where all kinds of workloads were asked for."""
    found = Found()
    left_out = set() if bench_targets.has_workers() else {HOWDAH_TWO}
    plain = lambda: contextlib.nullcontext({})
    scram = lambda: contextlib.nullcontext(bench_targets.scram_config())
    servers = {
        POSTGRES: (_postgres, plain),
        STUB: (_stub, plain),
        SCRAM: (_postgres, scram),
        TLS: (_postgres, bench_targets.tls_config),
        TLS_STUB: (_stub, bench_targets.tls_config),
    }
    for kind, (make, make_settings) in servers.items():
        of_kind = [one for one in chosen if one.server == kind]
        names = [name for name in bench_workloads.targets_of(of_kind) if name not in left_out]
        if of_kind:
            with make() as server, make_settings() as more:
                _run_before(server, of_kind, names, found, options, **more)
    if not options.workloads or "memory" in options.workloads:
        with _stub() as server:
            _measure_memory(server, [PGBOUNCER, HOWDAH, *({HOWDAH_TWO} - left_out)], found, options.clients)
    return found
