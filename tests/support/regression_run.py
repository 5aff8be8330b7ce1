"""One run of PostgreSQL's regression tests, on a cluster of its own: directly, or through howdah."""

import contextlib
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from support import postgres, processes
from support.howdah_process import HowdahProcess

# A test may have a second connection for a moment, when it connects anew as another user.
CLUSTER = {"max_connections": 200, "max_prepared_transactions": 10}
LONGEST_SECONDS = 1200


@dataclasses.dataclass
class Run:
    """What each test printed, what pg_regress said, how long it took, what howdah logged, and how often it asked what was left."""

    outputs: dict
    verdicts: str
    seconds: float
    log: str = ""
    probes: int = 0

    def count(self, event):
        return sum(f" {event} " in line for line in self.log.splitlines())


def test_names(suite):
    """Of the schedule; those left out whose result PostgreSQL itself does not mind, since it is left to chance."""
    schedule = (suite / "tests/parallel_schedule").read_text(encoding="utf-8")
    of = lambda word: {name for line in re.findall(rf"^{word}: (.*)$", schedule, re.MULTILINE) for name in line.split()}
    return sorted(of("test") - of("ignore"))


@contextlib.contextmanager
def _folder():
    """One that the backends may read and write: the tests have them copy from and to files."""
    with tempfile.TemporaryDirectory(prefix="howdah-regression-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        yield folder


def _command(suite, folder, port):
    programs = pathlib.Path(postgres.bin_folder())
    shutil.copytree(suite, folder / "suite")
    (folder / "output").mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder / "output", "postgres", "postgres")
    return [
        programs.parent / "lib/pgxs/src/test/regress/pg_regress",
        f"--inputdir={folder}/suite/tests",
        f"--outputdir={folder}/output",
        f"--schedule={folder}/suite/tests/parallel_schedule",
        f"--dlpath={folder}/suite/libraries",
        f"--bindir={programs}",
        "--max-concurrent-tests=20",
        "--host=127.0.0.1",
        f"--port={port}",
        "--user=postgres",
    ]


def _run(suite, port):
    """pg_regress makes its database through the same port, on a connection to `postgres`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with _folder() as folder:
        command = _command(suite, folder, port)
        begun = time.monotonic()
        with open(folder / "verdicts", "w+", encoding="utf-8") as verdicts:
            try:
                subprocess.run(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=verdicts,
                    stderr=subprocess.STDOUT,
                    timeout=LONGEST_SECONDS,
                    cwd=folder,
                    env=environment,
                    preexec_fn=processes.die_with_parent,
                    check=False,
                    **processes.as_user("postgres"),
                )
            except subprocess.TimeoutExpired:
                print(f"pg_regress was still running after {LONGEST_SECONDS} s", file=verdicts, flush=True)
            seconds = time.monotonic() - begun
            verdicts.seek(0)
            told = verdicts.read()
        outputs = {
            path.stem: path.read_text(encoding="utf-8", errors="surrogateescape") for path in folder.glob("output/results/*.out")
        }
    return Run(outputs, told, seconds)


@contextlib.contextmanager
def _cluster():
    cluster = postgres.Postgres(settings=CLUSTER)
    try:
        yield cluster.start()
    finally:
        cluster.remove()


def direct(suite):
    with _cluster() as cluster:
        return _run(suite, cluster.port)


def through_howdah(suite, pool, workers):
    """`pool`: its settings, for each user of its two databases."""
    config = {"databases": {"*": {"backend": None, "pool": {"acquire_timeout": "10m", **pool}}}, "workers": workers}
    with _cluster() as cluster:
        config["databases"]["*"]["backend"] = cluster.backend()
        howdah = HowdahProcess(config)
        try:
            howdah.start()
            run = _run(suite, howdah.port)
            counted = re.findall(r"^howdah_state_probes_total.* (\d+)$", howdah.get("/metrics")[1], re.MULTILINE)
            run.probes = sum(map(int, counted))
            howdah.stop()
            run.log = howdah.log()
        finally:
            howdah.remove()
    return run
