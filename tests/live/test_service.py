"""Under systemd: the unit, the notify protocol, and a user of its own without any right."""

import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import threading

import pytest

from support import processes, wire
from support.howdah_process import HowdahProcess, executable
from support.waiting import holds_for, wait_until

pytestmark = pytest.mark.howdah_only

UNIT = pathlib.Path(__file__).resolve().parents[2] / "packaging" / "howdah.service"
PROGRAM = "/usr/sbin/howdah"
USER = "nobody"


class Supervisor:
    """Listens where a service of type notify reports to, as systemd does."""

    def __init__(self, folder):
        self.path = f"{folder}/notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        os.chmod(self.path, 0o777)
        self.lines = []
        self.at_ready = None  # told when READY came in; its result
        self.observed = None
        threading.Thread(target=self._receive, daemon=True).start()

    def _receive(self):
        while True:
            lines = self.socket.recv(65536).decode().splitlines()
            if "READY=1" in lines and self.at_ready:
                self.observed = self.at_ready()
            self.lines += lines

    def was_told(self, line):
        return line in self.lines


@pytest.fixture
def supervise(tmp_path_factory, monkeypatch):
    """A factory: starts howdah as a user of its own, with a NOTIFY_SOCKET; gives the process and the supervisor."""
    started = []

    def start(databases, at_ready=None, **config):
        howdah = HowdahProcess({"databases": databases, **config})
        program = shutil.copy(executable(), f"{howdah.folder}/howdah")
        monkeypatch.setenv("HOWDAH_BINARY", program)
        supervisor = Supervisor(howdah.folder)
        supervisor.at_ready = (lambda: at_ready(howdah)) if at_ready else None
        if os.geteuid() == 0:
            shutil.chown(howdah.folder, USER)
        howdah.popen = {"env": {**os.environ, "NOTIFY_SOCKET": supervisor.path}, "cwd": "/", **processes.as_user(USER)}
        started.append(howdah)
        howdah.start(wait=False)
        return howdah, supervisor

    yield start
    try:
        for howdah in started:
            howdah.stop()
    finally:
        for howdah in started:
            howdah.remove()


def app_database(backend, **pool):
    return {"app": {"backend": backend, "pool": {"max_size": 4, **pool}}}


def test_the_unit_is_verified(tmp_path):
    text = UNIT.read_text(encoding="utf-8")
    assert text.count(PROGRAM) == 1
    copy = tmp_path / UNIT.name
    copy.write_text(text.replace(PROGRAM, os.path.abspath(executable())), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False)
    said = [line for line in (done.stdout + done.stderr).splitlines() if UNIT.name in line]
    assert done.returncode == 0 and said == [], done.stderr


def test_the_unit_starts_the_program_as_it_wants_to_be_started():
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    for line in ("Type=notify", "User=howdah", "KillSignal=SIGTERM", "RuntimeDirectory=howdah", "RestartPreventExitStatus=2"):
        assert line in lines
    assert f"ExecStart={PROGRAM} --config /etc/howdah/howdah.yaml" in lines


def test_it_is_ready_when_it_listens_and_the_first_servers_are_there(supervise, postgres):
    def what_is_there(howdah):
        return processes.accepts(howdah.port), postgres.connections("app")

    backend = postgres.backend("app", "app")
    howdah, supervisor = supervise(app_database(backend, min_size=3), at_ready=what_is_there)
    wait_until(lambda: supervisor.was_told("READY=1"), "it is ready")
    assert supervisor.observed == (True, 3)
    assert any(line.startswith("STATUS=") and f"127.0.0.1:{howdah.port}" in line for line in supervisor.lines)


def test_it_is_ready_without_servers_to_make(supervise, postgres):
    _, supervisor = supervise(app_database(postgres.backend()))
    wait_until(lambda: supervisor.was_told("READY=1"), "it is ready")


def test_it_is_not_ready_while_the_first_log_in_is_under_way(supervise):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        backend = f"host=127.0.0.1 port={silent.getsockname()[1]} user=app"
        howdah, supervisor = supervise(app_database(backend, min_size=1))
        connection, _ = silent.accept()
        wait_until(lambda: processes.accepts(howdah.port), "it listens")
        assert holds_for(0.5, lambda: not supervisor.was_told("READY=1"))
        connection.close()
    wait_until(lambda: supervisor.was_told("READY=1"), "it is ready, for the log-in has failed")


def test_it_is_ready_when_the_backend_is_down(supervise):
    backend = f"host=127.0.0.1 port={processes.free_port()} user=app"
    _, supervisor = supervise(app_database(backend, min_size=1))
    wait_until(lambda: supervisor.was_told("READY=1"), "it is ready")


def test_a_start_that_fails_is_never_ready(supervise):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = [f"127.0.0.1:{taken.getsockname()[1]}"]
        howdah, supervisor = supervise(app_database("host=127.0.0.1"), listen=listen)
        assert howdah.wait_for_end() == 1
    wait_until(lambda: any(line.startswith("STATUS=") and "in use" in line for line in supervisor.lines), "it tells why")
    assert not supervisor.was_told("READY=1")
    howdah.process = None


def test_a_drain_is_told_with_its_time_limit(supervise, postgres):
    howdah, supervisor = supervise(app_database(postgres.backend()), shutdown_timeout="20s")
    wait_until(lambda: supervisor.was_told("READY=1"), "it is ready")
    with wire.connect(howdah, "app", "app") as client:
        client.query("begin")
        assert not supervisor.was_told("STOPPING=1")
        howdah.signal(signal.SIGTERM)
        wait_until(lambda: supervisor.was_told("STOPPING=1"), "it tells of the drain")
        assert howdah.is_running()
    limits = [line.split("=")[1] for line in supervisor.lines if line.startswith("EXTEND_TIMEOUT_USEC=")]
    assert [20e6 < int(limit) < 60e6 for limit in limits] == [True]
    assert howdah.wait_for_end() == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_it_serves_as_a_user_of_its_own(supervise, postgres):
    howdah, supervisor = supervise(app_database(postgres.backend()))
    wait_until(lambda: supervisor.was_told("READY=1"), "it is ready")
    assert os.stat(f"/proc/{howdah.pid}").st_uid == pwd.getpwnam(USER).pw_uid
    for host in (howdah.host, howdah.socket_folder):
        with wire.Connection(host, howdah.port) as client:
            assert client.login("app", "app").query("select current_user").value == "app"
    assert os.stat(f"{howdah.socket_folder}/.s.PGSQL.{howdah.port}").st_uid == pwd.getpwnam(USER).pw_uid
    assert "root" not in howdah.log()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is warned")
def test_root_is_warned_once(start_howdah):
    howdah = start_howdah()
    assert howdah.log().count("running as root") == 1


def test_a_reload_without_changes_changes_nothing(howdah):
    with wire.connect(howdah, "app", "app") as client:
        howdah.signal(signal.SIGHUP)
        wait_until(lambda: 'configuration reloaded added="" removed="" changed="" for_new' in howdah.log(), "the log tells of it")
        assert client.query("select 1").value == "1"


def test_a_log_that_nobody_reads_stops_nothing(postgres):
    reader, writer = os.pipe()
    howdah = HowdahProcess({"databases": app_database(postgres.backend()), "log": {"level": "debug"}})
    howdah.popen = {"stderr": writer}
    try:
        howdah.start()
        os.close(writer)
        for _ in range(600):
            wire.connect(howdah, "app", "app").close()
        os.close(reader)
        with wire.connect(howdah, "app", "app") as client:
            assert client.query("select 1").value == "1"
        howdah.stop()
    finally:
        howdah.remove()


def test_closed_standard_descriptors_stop_nothing(postgres):
    howdah = HowdahProcess({"databases": app_database(postgres.backend())})
    shell = ["sh", "-c", f'exec "{executable()}" --config "{howdah.config_path}" <&- >&- 2>&-']
    howdah.write_config()
    howdah.process = subprocess.Popen(shell, preexec_fn=processes.die_with_parent)
    try:
        wait_until(lambda: processes.accepts(howdah.port), "it listens")
        with wire.connect(howdah, "app", "app") as client:
            assert client.query("select 1").value == "1"
            assert {os.readlink(f"/proc/{howdah.pid}/fd/{fd}") for fd in (0, 1, 2)} == {"/dev/null"}
        howdah.stop()
    finally:
        howdah.remove()
