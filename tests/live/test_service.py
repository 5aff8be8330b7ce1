"""Under systemd: the unit, the notify protocol, and a user of its own without any right."""

import os
import pathlib
import pwd
import shutil
import signal
import re
import socket
import subprocess
import time

import pytest

from support import messages, processes, wire
from support.howdah_process import HowdahProcess, executable, judge_and_remove
from support.supervisor import Supervisor, stopped_thread
from support.waiting import holds_for, wait_until

pytestmark = pytest.mark.howdah_only

UNIT = pathlib.Path(__file__).resolve().parents[2] / "packaging" / "howdah.service"
PROGRAM = "/usr/sbin/howdah"
USER = "nobody"


@pytest.fixture
def supervise(tmp_path_factory, monkeypatch):
    """A factory: starts howdah as a user of its own, with a NOTIFY_SOCKET; gives the process and the supervisor."""
    started = []

    def start(databases, at_ready=None, environment=None, **config):
        howdah = HowdahProcess({"databases": databases, **config})
        program = shutil.copy(executable(), f"{howdah.folder}/howdah")
        monkeypatch.setenv("HOWDAH_BINARY", program)
        supervisor = Supervisor(howdah.folder)
        supervisor.at_ready = (lambda: at_ready(howdah)) if at_ready else None
        if os.geteuid() == 0:
            shutil.chown(howdah.folder, USER)
        environment = {**os.environ, "NOTIFY_SOCKET": supervisor.path, **(environment or {})}
        howdah.popen = {"env": environment, "cwd": "/", **processes.as_user(USER)}
        started.append(howdah)
        howdah.start(wait=False)
        return howdah, supervisor

    yield start
    judge_and_remove(started)


def app_database(backend, **pool):
    return {"app": {"backend": backend, "pool": {"max_size": 4, **pool}}}


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", "--no-pager", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def units(tmp_path):
    """Copies of the units, with the program under test in place of the installed one, and what is made of them."""
    text = UNIT.read_text(encoding="utf-8")
    assert text.count(PROGRAM) == 1
    (tmp_path / UNIT.name).write_text(text.replace(PROGRAM, os.path.abspath(executable())), encoding="utf-8")
    shutil.copy(UNIT.with_suffix(".socket"), tmp_path)
    made = subprocess.run(["sed", "-f", UNIT.with_name("handover.sed"), tmp_path / UNIT.name], capture_output=True, text=True, check=True)
    (tmp_path / "howdah-handover.service").write_text(made.stdout, encoding="utf-8")
    return [str(tmp_path / name) for name in ("howdah.service", "howdah.socket", "howdah-handover.service")]


def test_the_units_are_verified(units):
    done = analyze("verify", "--man=no", *units)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "howdah" in line]
    assert done.returncode == 0 and said == [], done.stderr


def test_the_unit_leaves_little_open(units):
    for unit in (units[0], units[2]):
        done = analyze("security", "--offline=true", unit)
        exposure = re.search(r"Overall exposure level for howdah[-a-z]*.service: ([\d.]+)", done.stdout)
        assert exposure and float(exposure[1]) <= 1.5, done.stdout


def test_the_unit_starts_the_program_as_it_wants_to_be_started():
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    for line in ("Type=notify", "User=howdah", "KillSignal=SIGTERM", "RuntimeDirectory=howdah", "RestartPreventExitStatus=2"):
        assert line in lines
    assert f"ExecStart={PROGRAM} --config /etc/howdah/howdah.yaml --takeover" in lines


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


def test_it_says_for_whom_it_waits(supervise):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        backend = f"host=127.0.0.1 port={silent.getsockname()[1]} user=app"
        _, supervisor = supervise(app_database(backend, min_size=1))
        wait_until(lambda: supervisor.was_told("STATUS=Starting: waiting for the first servers of app"), "it tells")


def test_it_says_what_goes_on(supervise, postgres):
    howdah, supervisor = supervise(app_database(postgres.backend(), max_size=1), listen=[f"127.0.0.1:{processes.free_port()}"])
    howdah.port = int(howdah.config["listen"][0].split(":")[1])
    where = f", on 127.0.0.1:{howdah.port}"
    wait_until(lambda: supervisor.was_told("STATUS=Serving 0 clients, with 0 servers" + where), "it tells of nobody")
    with wire.connect(howdah, "app", "app") as one, wire.connect(howdah, "app", "app") as two:
        one.query("begin; select 1")
        two.send(messages.query("select 1"))
        wait_until(
            lambda: supervisor.was_told("STATUS=Serving 2 clients, 1 of them waiting, with 1 server" + where), "it tells who waits"
        )
        howdah.signal(signal.SIGTERM)
        wait_until(lambda: any(re.fullmatch(r"STATUS=Draining: [12] clients? left", line) for line in supervisor.lines), "it tells of the drain")
    assert howdah.wait_for_end() == 0


def test_a_reload_is_told_from_its_begin_to_its_end(supervise, postgres):
    howdah, supervisor = supervise(app_database(postgres.backend()))
    wait_until(lambda: supervisor.was_told("READY=1"), "it is ready")
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    howdah.signal(signal.SIGHUP)
    wait_until(lambda: supervisor.lines.count("READY=1") == 2, "it is ready again")
    reloading = supervisor.lines.index("RELOADING=1")
    stamp = supervisor.lines[reloading + 1]
    assert stamp.startswith("MONOTONIC_USEC=") and before <= int(stamp.split("=")[1])
    assert "configuration reloaded" in howdah.log()


def test_a_reload_that_fails_ends_too(supervise, postgres):
    howdah, supervisor = supervise(app_database(postgres.backend()))
    wait_until(lambda: supervisor.was_told("READY=1"), "it is ready")
    howdah.config["workers"] = "many"
    howdah.write_config()
    howdah.signal(signal.SIGHUP)
    wait_until(lambda: supervisor.lines.count("READY=1") == 2, "it is ready again")
    assert "configuration not reloaded" in howdah.log()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root stops a thread of a process that is not to be looked into")
def test_the_watchdog_is_fed_only_while_every_worker_answers(supervise, postgres):
    howdah, supervisor = supervise(app_database(postgres.backend()), environment={"WATCHDOG_USEC": "800000"}, workers=3)
    fed = lambda: supervisor.lines.count("WATCHDOG=1")
    wait_until(lambda: fed() > 3, "it is fed")
    with stopped_thread(howdah.pid, "worker 2"):
        wait_until(lambda: "a worker does not answer worker=2" in howdah.log(), "the stuck one is noticed")
        before = fed()
        assert holds_for(1, lambda: fed() == before)
    wait_until(lambda: fed() > before, "it is fed again")


def test_the_watchdog_is_not_fed_where_there_is_none(supervise, postgres):
    _, supervisor = supervise(app_database(postgres.backend()))
    wait_until(lambda: any(line.startswith("STATUS=Serving 0 clients") for line in supervisor.lines), "it tells of nobody")
    assert not supervisor.was_told("WATCHDOG=1")


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
    shell = ["sh", "-c", f'exec "{executable()}" --config "{howdah.config_path}" {" ".join(howdah.user_arguments)} <&- >&- 2>&-']
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
