"""The picture of tests/bench/run: throughput, and CPU of the pooler for each transaction, as bars."""

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

from support.bench_tables import columns, cost, rate  # noqa: E402
from support.bench_targets import DIRECT, NAMES  # noqa: E402
from support.bench_workloads import STUB, Transfer, median  # noqa: E402

COLORS = dict(zip(NAMES, ["#999999", "#c9b458", "#4c78a8", "#9ecae9", "#e45756", "#b279a2"]))


def _bars(axes, results, names, value, title):
    """A group of bars for each workload, the first one on top."""
    height = 0.8 / len(names)
    for place, name in enumerate(names):
        rows = [row for row, result in enumerate(results.values()) if name in result]
        lengths = [median(result[name], value) for result in results.values() if name in result]
        axes.barh([row + place * height for row in rows], lengths, height, label=name, color=COLORS[name])
    axes.set_yticks([row + 0.4 - height / 2 for row in range(len(results))], [one.name for one in results])
    axes.set_title(title, fontsize=10)
    axes.grid(axis="x", alpha=0.3)


def draw(results, path):
    """What was measured before the stub, where the pooler is the limit; else before PostgreSQL."""
    loads = {one: result for one, result in results.items() if not isinstance(one, Transfer)}
    shown = {one: result for one, result in loads.items() if one.server == STUB} or loads
    if not shown:
        return
    names = columns(shown)
    matplotlib.rcParams.update({"svg.hashsalt": "howdah", "svg.fonttype": "none", "font.size": 8})
    server = "the stub" if next(iter(shown)).server == STUB else "PostgreSQL"
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(13, 1.5 + 0.75 * len(shown)), sharey=True)
    _bars(left, shown, names, rate, f"before {server}: transactions a second (more is better)")
    poolers = [name for name in names if name != DIRECT]
    _bars(right, shown, poolers, cost, "µs of the pooler's CPU per transaction (less is better)")
    left.invert_yaxis()  # of both
    left.legend()
    figure.tight_layout()
    figure.savefig(path, format="svg", metadata={"Date": None})
    pyplot.close(figure)
