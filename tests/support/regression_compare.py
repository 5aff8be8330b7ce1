"""Compares what a test printed in two runs, place by place. A place may be known to differ, or to be left to chance."""

import dataclasses
import difflib
import functools
import sys

import yaml

from support import regression_run

CONTEXT = 3  # lines in front of a difference, as in diff -u


@dataclasses.dataclass
class Difference:
    """Lines [begin, end) of the direct run, in place of which there are others. `front`: the lines before them."""

    begin: int
    end: int
    direct: list
    howdah: list
    front: list

    def text(self):
        lines = [f" {line}" for line in self.front] + [f"-{line}" for line in self.direct] + [f"+{line}" for line in self.howdah]
        return f"@@ line {self.begin + 1}\n" + "\n".join(lines)


def differences(direct, howdah):
    if direct == howdah:
        return []
    ours, theirs = howdah.splitlines(), direct.splitlines()
    matcher = difflib.SequenceMatcher(None, theirs, ours, autojunk=False)
    return [
        Difference(begin, end, theirs[begin:end], ours[first:last], theirs[max(begin - CONTEXT, 0) : begin])
        for kind, begin, end, first, last in matcher.get_opcodes()
        if kind != "equal"
    ]


def is_chance(difference, noise):
    """Whether two direct runs differ in this very place, too."""
    return any(other.begin <= difference.begin and difference.end <= other.end for other in noise)


def is_known(difference, test, known):
    """Whether it is listed (tests/regression/known_differences.yaml): the test, a line just in front of it, and both texts."""
    return any(
        entry["test"] == test
        and entry["behind"] in difference.front
        and entry["direct"].splitlines() == difference.direct
        and entry["howdah"].splitlines() == difference.howdah
        for entry in known
    )


class Comparison:
    """With one direct run, and where that leaves anything in doubt, with a second one."""

    def __init__(self, suite, known):
        self.suite = suite
        self.known = yaml.safe_load(known.read_text(encoding="utf-8"))
        self.names = regression_run.test_names(suite)
        self.direct = self.run_directly()

    def run_directly(self):
        run = regression_run.direct(self.suite)
        if missing := set(self.names) - set(run.outputs):
            sys.exit(f"{run.verdicts}\nnot run, without howdah: {', '.join(sorted(missing))}")
        return run

    @functools.cached_property
    def again(self):
        return self.run_directly()

    def unknown(self, name, found):
        return [difference for difference in found if not is_known(difference, name, self.known)]

    def unexcused(self, name, found):
        """Those of the differences `found` that are neither known nor left to chance."""
        unknown = self.unknown(name, found)
        noise = differences(self.direct.outputs[name], self.again.outputs[name]) if unknown else []
        return [difference for difference in unknown if not is_chance(difference, noise)]

    def sort(self, run):
        """{verdict: names of tests}; prints each difference that nothing excuses."""
        verdicts = {"the same": [], "as is known or by chance": [], "different": [], "not run": []}
        for name in self.names:
            if name not in run.outputs:
                verdicts["not run"].append(name)
                continue
            found = differences(self.direct.outputs[name], run.outputs[name])
            wrong = self.unexcused(name, found)
            for difference in wrong:
                print(f"--- {name}, directly\n+++ {name}, through howdah\n{difference.text()}")
            verdicts["different" if wrong else "as is known or by chance" if found else "the same"].append(name)
        return verdicts
