"""The library in other programs: found where it is installed, started, watched, reloaded, drained and stopped, without a trace in
the process around it."""

import os
import pathlib
import re
import signal
import socket
import struct
import subprocess

import psycopg2
import pytest
import yaml

from support import certificates, installed, messages, processes, wire
from support.howdah_process import SANITIZER_REPORT, is_sanitized
from support.private_file import write_private
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only

HEADER = pathlib.Path(__file__).resolve().parents[2] / "daemon" / "howdah.h"
EMBEDDER = pathlib.Path(__file__).resolve().parents[1] / "library" / "embedder.cpp"


class Embedder:
    """The program of tests/library/embedder.cpp, with the signals that a program has by default."""

    def __init__(self, folder):
        self.folder = folder
        self.errors = open(folder / "errors", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [installed.program(EMBEDDER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True, cwd=folder,
            preexec_fn=self._prepare,
        )

    @staticmethod
    def _prepare():
        processes.die_with_parent()
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)

    def order(self, *words):
        assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.said()}"
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        assert answer, f"ended with {self.process.wait()}: {self.said()}"
        return answer

    def configuration(self, name, **settings):
        path = self.folder / f"{name}.yaml"
        write_private(path, yaml.safe_dump(settings))
        return path

    def start(self, name, how="thread", **settings):
        """The port."""
        answer = self.order("start", name, how, self.configuration(name, **settings))
        assert answer.split()[0].isdigit(), answer
        return int(answer.split()[0])

    def said(self):
        self.errors.seek(0)
        return self.errors.read()

    def end(self):
        """It ends by itself, with nothing to say: no report of a leak either."""
        self.process.stdin.close()
        status = self.process.wait(60)
        said = self.said()
        assert status == 0 and not SANITIZER_REPORT.search(said) and said == "", (status, said)

    def remove(self):
        processes.stop(self.process, signal.SIGKILL)
        self.errors.close()


@pytest.fixture
def embedder(tmp_path):
    program = Embedder(tmp_path)
    try:
        yield program
        program.end()
    finally:
        program.remove()


@pytest.fixture
def settings(postgres):
    return {
        "listen": ["127.0.0.1:0"],
        "databases": {"postgres": {"backend": postgres.backend("postgres", "postgres"), "pool": {"max_size": 2}}},
        "auth": [{"method": "trust"}],
    }


def connect(port, **more):
    connection = psycopg2.connect(host="127.0.0.1", port=port, dbname="postgres", user="postgres", **more)
    connection.autocommit = True
    return connection


def value(connection, sql="select 1"):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def run_example(path, postgres):
    backend = postgres.backend("postgres", "postgres")
    done = subprocess.run([path, backend], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and done.stderr == "", done.stdout + done.stderr
    assert "1000 of 1000 transactions done" in done.stdout and "shop/postgres: 1000 transactions on 4 servers" in done.stdout
    wait_until(lambda: postgres.connections() == 0, "the servers are closed")


def test_the_example_is_built_by_find_package_and_serves(postgres):
    run_example(installed.example_by_cmake(), postgres)


def test_the_example_is_built_by_pkg_config_and_serves(postgres):
    run_example(installed.program(installed.EXAMPLE / "example.cpp", "libpq"), postgres)


def test_the_header_is_one_and_wants_the_standard_library_only():
    included = re.findall(r"#include (\S+)", HEADER.read_text(encoding="utf-8"))
    assert included and all(re.fullmatch(r"<[a-z_]+>", name) for name in included), included
    assert [path.name for path in (installed.prefix() / "include").rglob("*") if path.is_file()] == ["howdah.h"]


def test_the_shared_library_shows_what_the_header_declares_and_nothing_else():
    path = installed.library_folder() / "libhowdah.so"
    assert re.search(r"SONAME.*\[libhowdah\.so\.0\.1\]", subprocess.check_output(["readelf", "-d", path], text=True))
    names = subprocess.check_output(["nm", "-D", "-C", "--defined-only", path], text=True).splitlines()
    shown = [line.split(maxsplit=2)[2] for line in names]
    public = re.compile(r"howdah::((Configuration|ConfigurationBuilder|Pooler)::[~\w]+|Problem::message|version)(\[abi:cxx11\])?\(")
    if not is_sanitized():
        assert [name for name in shown if not public.match(name)] == []
    assert any(name.startswith("howdah::Pooler::start(") for name in shown)


def test_several_run_in_one_process_each_by_itself(embedder, settings):
    first = embedder.start("first", **settings)
    second = embedder.start("second", "caller", **{**settings, "workers": 2})
    one, other = connect(first), connect(second)
    assert value(one) == value(other) == 1
    assert "active=0 waiting=0 idle=1 servers=1 queries=1" in embedder.order("state", "first")
    embedder.order("stop", "first")
    embedder.order("wait", "first")
    with pytest.raises(psycopg2.OperationalError):
        value(one)
    assert embedder.order("state", "first") == "none"
    assert value(other, "select 2") == 2
    assert "queries=2" in embedder.order("state", "second")
    again = embedder.start("third", **settings)
    assert value(connect(again)) == 1
    other.close()


def test_a_reload_changes_what_can_change_and_nothing_where_there_is_a_mistake(embedder, settings):
    port = embedder.start("a", **settings)
    client = connect(port)
    assert value(client) == 1 and "max=2" in embedder.order("state", "a")
    settings["databases"]["postgres"]["pool"]["max_size"] = 3
    embedder.configuration("a", **settings)
    assert "max_size" in embedder.order("reload", "a")
    assert "max=3" in embedder.order("state", "a")
    assert embedder.order("reload", "a") == "notes:"
    settings["databases"]["postgres"]["pool"]["max_size"] = "many"
    path = embedder.configuration("a", **settings)
    assert embedder.order("reload", "a").startswith(f"problem: {path}:")
    assert "max=3" in embedder.order("state", "a")
    settings["databases"]["postgres"]["pool"]["max_size"] = 5
    assert "max_size" in embedder.order("reload", "a", embedder.configuration("b", **settings))
    assert "max=5" in embedder.order("state", "a")
    assert "max_size" not in embedder.order("reload", "a"), "from where the last one came"
    assert value(client, "select 7") == 7
    embedder.order("stop", "a")
    embedder.order("wait", "a")
    assert embedder.order("reload", "a") == "problem: the pooler does not run"


def test_a_configuration_whose_file_changes_is_read_again_where_it_says_so(embedder, settings):
    settings["reload_interval"] = "20ms"
    client = connect(embedder.start("a", **settings))
    assert value(client) == 1
    settings["databases"]["postgres"]["pool"]["max_size"] = 3
    embedder.configuration("a", **settings)
    wait_until(lambda: "max=3" in embedder.order("state", "a"), "it is taken")
    settings["databases"]["postgres"]["pool"]["max_size"] = 4
    embedder.order("reload", "a", embedder.configuration("b", **settings))
    settings["databases"]["postgres"]["pool"]["max_size"] = 5
    embedder.configuration("b", **settings)
    wait_until(lambda: "max=5" in embedder.order("state", "a"), "the file of the one that it has now")


@pytest.mark.parametrize("how", ["thread", "caller"])
def test_a_drain_lets_a_transaction_end(embedder, settings, how):
    client = connect(embedder.start("a", how, **settings))
    value(client, "begin; select 1")
    embedder.order("drain", "a")
    wait_until(lambda: "draining" in embedder.order("state", "a"), "it drains")
    assert value(client, "select 2") == 2
    client.cursor().execute("commit")
    embedder.order("wait", "a")
    assert embedder.order("state", "a") == "none"


def test_what_goes_wrong_is_said_in_values(embedder, settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        path = embedder.configuration("a", **{**settings, "listen": [f"127.0.0.1:{taken.getsockname()[1]}"]})
        answer = embedder.order("start", "a", "thread", path)
    assert answer.startswith("problem: listen 127.0.0.1:") and "ddress already in use" in answer
    assert embedder.order("state", "a") == "none"
    path = embedder.configuration("b", **{**settings, "listne": []})
    assert embedder.order("start", "b", "thread", path).startswith(f"problem: {path}:")
    missing = embedder.folder / "missing"
    assert embedder.order("start", "c", "thread", missing) == f"problem: {missing}: cannot be read: No such file or directory"
    port = embedder.start("b", **settings)
    assert value(connect(port)) == 1


@pytest.mark.parametrize("spare", range(0, 9))
def test_without_open_files_left_a_start_says_so_and_the_program_goes_on(embedder, settings, spare):
    """Wherever in the start it happens."""
    stats = processes.free_port()
    path = embedder.configuration("a", **settings, workers=2, admin={"listen": f"127.0.0.1:{stats}"})
    opened = len(os.listdir(f"/proc/{embedder.process.pid}/fd"))
    embedder.order("limit", opened + spare)
    assert embedder.order("start", "a", "thread", path).startswith("problem: "), embedder.said()
    embedder.order("limit", 0)
    assert value(connect(embedder.start("b", **settings))) == 1


MANY_ROWS = messages.query("select repeat('x', 1000) from generate_series(1, 20000)")


def test_peers_that_go_away_do_not_end_a_program_that_leaves_sigpipe_as_it_is(embedder, settings, postgres, tmp_path):
    """It ends a program by default: nothing that the library writes may raise it, on threads of its own or on the program's."""
    certificate, key = certificates.Authority(tmp_path).issue("howdah")
    settings["client"] = {"tls": {"mode": "allow", "certificate": certificate, "key": key}}
    stats = processes.free_port()
    ports = [
        embedder.start("a", "thread", **settings, admin={"listen": f"127.0.0.1:{stats}"}),
        embedder.start("b", "caller", **settings),
    ]
    for port in ports * 5:
        for tls in (None, "requested"):
            client = wire.Connection("127.0.0.1", port)
            (client.start_tls() if tls else client).login("postgres", "postgres")
            client.send(MANY_ROWS)
            client.take(1)
            client.reset()
    for _ in range(5):
        page = socket.create_connection(("127.0.0.1", stats))
        page.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
        page.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        page.close()
    for port in ports:
        client = connect(port)
        postgres.rows("select pg_terminate_backend(%s)", (value(client, "select pg_backend_pid()"),))
        assert value(connect(port)) == 1
    assert embedder.order("untouched") == "yes"


def test_the_process_is_left_as_it_was(embedder, settings):
    port = embedder.start("a", **settings)
    assert value(connect(port)) == 1
    assert embedder.order("untouched") == "yes"
    embedder.order("forget", "a")
    assert embedder.order("untouched") == "yes"
    assert embedder.process.poll() is None and embedder.said() == ""


def bits(*signals):
    return sum(1 << (number - 1) for number in signals)


def test_its_threads_leave_signals_to_the_program(embedder, settings):
    embedder.start("a", **{**settings, "workers": 2})
    process = embedder.process.pid
    blocked = bits(signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE, signal.SIGUSR1, signal.SIGCHLD)
    faults = bits(signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT)

    def others():
        found = {}
        for thread in os.listdir(f"/proc/{process}/task"):
            status = pathlib.Path(f"/proc/{process}/task/{thread}/status").read_text(encoding="ascii")
            mask = int(re.search(r"SigBlk:\s*(\w+)", status).group(1), 16)
            if thread != str(process) and (mask & blocked != blocked or mask & faults):
                found[thread] = hex(mask)
        return found

    # A thread begins with all of them blocked, for a moment.
    wait_until(lambda: others() == {}, "all threads have the signals that they shall have")
    assert len(os.listdir(f"/proc/{process}/task")) > 10


@pytest.mark.time_limit(300)
def test_a_thousand_starts_and_stops_leave_nothing(embedder, settings, request):
    count = 1000 if not is_sanitized() or request.config.getoption("--long") else 100
    answer = embedder.order("churn", count, embedder.configuration("a", **settings))
    numbers = list(map(int, answer.split())) if answer[0].isdigit() else pytest.fail(answer)
    early, late = numbers[:3], numbers[3:]
    print(f"{count} starts: descriptors, threads, kB after a tenth {early}, at the end {late}")
    assert late[:2] == early[:2]
    if not is_sanitized():
        assert late[2] - early[2] < 1024, "kB of memory"
