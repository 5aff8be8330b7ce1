"""The measurements of tests/bench/run as tables in Markdown. A result is {target: [Figures of each round]}."""

import json
import math
import pathlib

from support import readme
from support.bench_targets import DIRECT, HOWDAH, NAMES, PGBOUNCER
from support.bench_workloads import POSTGRES, Transfer, median, ratio

NONE = "–"
INSTRUCTIONS = pathlib.Path(__file__).resolve().parents[1] / "bench" / "instructions.json"


def columns(results):
    """The targets that any of these results has."""
    return [name for name in NAMES if any(name in one for one in results.values())]


def _grid(head, names, results, cell, more=()):
    """One row for each workload, one cell for each target. `more` are columns with a function of the whole result."""
    rows = []
    for workload, result in results.items():
        cells = [cell(name, result) if name in result else NONE for name in names]
        rows.append([workload.name, *cells, *(function(result) for _, function in more)])
    return readme.table([head, *names, *(title for title, _ in more)], rows)


def rate(one):
    return one.rate


def cost(one):
    return one.cost


def _against_pgbouncer(value):
    def cell(result):
        both = HOWDAH in result and PGBOUNCER in result
        return f"{ratio(result[HOWDAH], result[PGBOUNCER], value):.2f}" if both else NONE

    return (f"{HOWDAH} / {PGBOUNCER}", cell)


def _with_ratio(show):
    """The median, and in parentheses the ratio to the direct run."""

    def cell(name, result):
        text = show(median(result[name], rate))
        return text if name == DIRECT or DIRECT not in result else f"{text} ({ratio(result[name], result[DIRECT], rate):.2f})"

    return cell


def _latency(name, result):
    shown = (median(result[name], value) * 1000 for value in (lambda one: one.p50, lambda one: one.p99))
    return " / ".join(f"{microseconds:,.0f}" for microseconds in shown)


def _without_direct(names):
    return [name for name in names if name != DIRECT]


def rates(results, server):
    head = f"transactions a second, {server}"
    return _grid(head, columns(results), results, _with_ratio(lambda value: f"{value:,.0f}"), [_against_pgbouncer(rate)])


def latencies(results, server):
    return _grid(f"p50 / p99 in µs, {server}", columns(results), results, _latency)


def costs(results, server):
    names = _without_direct(columns(results))
    show = lambda name, result: f"{median(result[name], cost):.1f}"
    return _grid(f"µs of CPU per transaction, {server}", names, results, show, [_against_pgbouncer(cost)])


def transfer_rates(results):
    return _grid("MB a second", columns(results), results, _with_ratio(lambda value: f"{value * 1000:,.0f}"))


def transfer_costs(results):
    names = _without_direct(columns(results))
    show = lambda name, result: f"{median(result[name], cost) / 1000:,.0f}"
    return _grid("ms of CPU per GB", names, results, show, [_against_pgbouncer(cost)])


def calls(counted):
    """Of {workload: {target: number}}: per transaction, or per MB of what is moved."""

    def show(name, result):
        return f"{result[name]:.2f}"

    scaled = {
        workload: {name: number / 1000 if isinstance(workload, Transfer) else number for name, number in one.items()}
        for workload, one in counted.items()
    }
    return _grid("system calls per transaction or MB", columns(counted), scaled, show)


def memory(figures, count):
    """Of {target: (kB logged in, kB with a statement)}."""
    show = lambda value: NONE if value is None or math.isnan(value) else f"{value:.2f} kB"
    head = [f"memory per idle client, of {count:,}", "logged in", "after a named statement that all share"]
    return readme.table(head, [[name, *map(show, both)] for name, both in figures.items()])


def instructions():
    """What tests/bench/instructions wrote at last."""
    counts = json.loads(INSTRUCTIONS.read_text(encoding="utf-8"))
    return readme.table(["instructions per transaction, one client", HOWDAH], [[what, f"{count:,}"] for what, count in counts.items()])


def all_tables(results):
    """Throughput, latency and CPU for each server, then what moves much data."""
    loads = {one: result for one, result in results.items() if not isinstance(one, Transfer)}
    transfers = {one: result for one, result in results.items() if isinstance(one, Transfer)}
    groups = {
        "before PostgreSQL": {one: result for one, result in loads.items() if one.server.startswith(POSTGRES)},
        "before the stub": {one: result for one, result in loads.items() if not one.server.startswith(POSTGRES)},
    }
    for server, group in groups.items():
        timed = {one: result for one, result in group.items() if one.sampled}
        yield from (table(some, server) for table, some in ((rates, group), (latencies, timed), (costs, group)) if some)
    if transfers:
        yield from (transfer_rates(transfers), transfer_costs(transfers))
