"""howdah under callgrind: how many instructions it runs from its start to its end."""

import contextlib
import os
import re
import stat
import tempfile

from support import bench_targets
from support.howdah_process import HowdahProcess, executable, merged

# Environment and, where a container allows it, addresses are always the same ones, so that hash tables and copies are too.
WRAPPER = """#!/bin/sh
setarch -R true 2>/dev/null && fixed='setarch -R'
exec env -i PATH=/usr/bin:/bin $fixed valgrind -q --tool=callgrind --callgrind-out-file={counts} {program} "$@"
"""


@contextlib.contextmanager
def _named(program):
    """The same program for HowdahProcess, under another name."""
    before = os.environ.get("HOWDAH_BINARY")
    os.environ["HOWDAH_BINARY"] = program
    try:
        yield
    finally:
        os.environ.pop("HOWDAH_BINARY")
        if before:
            os.environ["HOWDAH_BINARY"] = before


def instructions(server, work):
    """Of one howdah before `server`, which is started for `work` alone; `work` gets it as its argument."""
    with tempfile.TemporaryDirectory(prefix="howdah-callgrind-") as folder:
        counts, wrapper = f"{folder}/counts", f"{folder}/howdah"
        with open(wrapper, "w", encoding="utf-8") as file:
            file.write(WRAPPER.format(counts=counts, program=os.path.abspath(executable())))
        os.chmod(wrapper, stat.S_IRWXU)
        pool = {"min_size": 1, "max_size": 1}
        howdah = HowdahProcess(merged(bench_targets.config(server), {"workers": 1, "databases": {"*": {"pool": pool}}}))
        try:
            with _named(wrapper):
                howdah.start()
            work(howdah)
            howdah.stop()
        finally:
            howdah.remove()
        with open(counts, encoding="utf-8") as file:
            return int(re.search(r"^(?:summary|totals): (\d+)", file.read(), re.MULTILINE).group(1))
