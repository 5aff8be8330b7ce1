"""The client programs in tests/clients: how each is built and started, and what it says.

A program finds the server in PGHOST, PGPORT, PGUSER and PGDATABASE. Its arguments are a number, for names of its own, and
the options in the table below. Each line that it prints is `what: values`, the same in every run; the first one names the
driver and its version."""

import functools
import os
import pathlib
import shutil
import subprocess
import tempfile
from dataclasses import dataclass

from support import processes

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "clients"
JDBC = "/usr/share/java/postgresql.jar"
GO_VERSIONS = {"pq": "golang-github-lib-pq-dev", "pgx": "golang-github-jackc-pgx-v4-dev"}


@dataclass(frozen=True)
class Program:
    kind: str
    name: str
    options: tuple = ()
    pins: frozenset = frozenset()  # what it is known to keep a server for

    @property
    def title(self):
        return " ".join([self.name, *self.options])


class Builder:
    """Builds what a run needs, each once, in a folder that goes with it."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="howdah-clients-"))

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, program):
        return getattr(self, program.kind)(program.name)

    def python(self, name):
        return ["/usr/bin/python3", str(FOLDER / f"{name}_client.py")]

    @functools.cache
    def _node_modules(self):
        shutil.copytree(FOLDER / "node", self.folder / "node", ignore=shutil.ignore_patterns("node_modules"))
        self._run("npm", "ci", cwd=self.folder / "node")
        return self.folder / "node"

    def node(self, name):
        return ["node", str(self._node_modules() / name)]

    @functools.cache
    def java(self, name):
        self._run("javac", "-cp", JDBC, "-d", str(self.folder / "java"), str(FOLDER / "jdbc" / f"{name}.java"))
        return ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{self.folder}/java:{JDBC}", name]

    @functools.cache
    def go(self, name):
        package = GO_VERSIONS[name]
        version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=True)
        environment = os.environ | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""}
        self._run("go", "build", "-o", str(self.folder / name), ".", cwd=FOLDER / "go" / name, env=environment)
        return ["env", f"DRIVER_VERSION={version.stdout.partition('-')[0]}", str(self.folder / name)]

    @functools.cache
    def c(self, name):
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libpq"], capture_output=True, text=True, check=True)
        source = FOLDER / "libpq" / f"{name}.c"
        self._run("cc", "-Wall", "-Wextra", "-o", str(self.folder / name), str(source), *flags.stdout.split())
        return [str(self.folder / name)]

    @staticmethod
    def _run(*command, **how):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **how)
        assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}"


def start(command, target, number, options):
    """One instance, at work against `target`, which is anything with .host and .port."""
    address = {"PGHOST": target.host, "PGPORT": str(target.port), "PGUSER": "app", "PGDATABASE": "app"}
    return subprocess.Popen(
        [*command, str(number), *options],
        env=os.environ | address | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,  # drivers warn there, some only when an answer comes late
        text=True,
        preexec_fn=processes.die_with_parent,
    )


def finish(process, timeout=60):
    """The lines that it printed; a failure tells itself in the last ones."""
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
        errors += f"still running after {timeout} s\n"
    return [*output.splitlines(), *(errors.splitlines() if process.returncode else []), f"exit status {process.returncode}"]
