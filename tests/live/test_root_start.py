"""Started as root: howdah becomes the user that it is told to be, or does not serve."""

import os
import pwd
import signal

import pytest

from support import processes, wire
from support.howdah_process import HowdahProcess
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.skipif(os.geteuid() != 0, reason="only root is started as root")]

USER = "nobody"


@pytest.fixture
def as_root(postgres):
    """A factory: a howdah that root starts, whose folder and configuration are USER's."""
    made = []

    def make(arguments=(), **config):
        howdah = HowdahProcess({"databases": {"app": {"backend": postgres.backend()}}, **config})
        made.append(howdah)
        howdah.user_arguments = list(arguments)
        howdah.write_config()
        os.chmod(howdah.folder, 0o755)
        for path in (howdah.folder, howdah.config_path):
            os.chown(path, pwd.getpwnam(USER).pw_uid, -1)
        return howdah

    yield make
    try:
        for howdah in made:
            howdah.stop()
    finally:
        for howdah in made:
            howdah.remove()


def status_of_threads(pid):
    """The lines of /proc/.../status of all threads: {field: set of values}."""
    fields = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as file:
            for line in file:
                name, value = line.split(":", 1)
                fields.setdefault(name, set()).add(" ".join(value.split()))
    return fields


def user_at(host, port):
    with wire.Connection(host, port) as client:
        return client.login("app", "app").query("select current_user").value


@pytest.mark.parametrize("way", ["option", "command line"])
def test_no_thread_has_a_right_of_root_left(as_root, way):
    howdah = as_root(user=USER) if way == "option" else as_root(["--user", USER], user="root")
    howdah.start()
    account = pwd.getpwnam(USER)
    status = status_of_threads(howdah.pid)
    assert status["Uid"] == {" ".join([str(account.pw_uid)] * 4)} and status["Gid"] == {" ".join([str(account.pw_gid)] * 4)}
    assert {word for line in status["Groups"] for word in line.split()} == {str(account.pw_gid)}
    for rights in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert status[rights] == {"0" * 16}, rights
    assert status["NoNewPrivs"] == {"1"}
    assert len(os.listdir(f"/proc/{howdah.pid}/task")) > 3
    assert user_at("127.0.0.1", howdah.port) == user_at(howdah.folder, howdah.port) == "app"
    assert os.stat(f"{howdah.folder}/.s.PGSQL.{howdah.port}").st_uid == account.pw_uid
    assert "running as root" not in howdah.log()


def low_port():
    """One that only root may open. Tests of this name run in one process only."""
    return next(port for port in range(900, 1024) if not processes.accepts(port))


def test_ports_of_root_are_opened_before(as_root):
    port = low_port()
    howdah = as_root(user=USER)
    howdah.config["listen"].append(f"127.0.0.1:{port}")
    howdah.write_config()
    os.chown(howdah.config_path, pwd.getpwnam(USER).pw_uid, -1)
    howdah.start()
    assert user_at("127.0.0.1", port) == "app"


def test_it_reloads_as_that_user(as_root):
    howdah = as_root(user=USER)
    howdah.start()
    howdah.signal(signal.SIGHUP)
    wait_until(lambda: 'configuration reloaded added=""' in howdah.log(), "the log tells of it")


def refused(howdah):
    howdah.start(wait=False)
    status = howdah.wait_for_end()
    howdah.process = None
    assert "listening" not in howdah.log()
    return status, howdah.log()


def test_without_a_user_it_refuses(as_root):
    status, log = refused(as_root())
    assert status == 2 and "howdah does not serve as root" in log and "--user" in log


def test_a_user_that_is_not_there_is_refused(as_root):
    status, log = refused(as_root(user="elephant"))
    assert status == 2 and "there is no user elephant" in log


def test_a_configuration_that_only_root_can_read_is_refused(as_root):
    howdah = as_root(user=USER, users={"app": {"password": "secret"}})
    howdah.write_config = lambda: None
    os.chown(howdah.config_path, 0, 0)
    os.chmod(howdah.config_path, 0o600)
    status, log = refused(howdah)
    assert status == 2 and "cannot read: Permission denied" in log and "secret" not in log


def test_root_stays_where_that_is_wanted(as_root):
    howdah = as_root(user="root").start()
    assert status_of_threads(howdah.pid)["Uid"] == {"0 0 0 0"}
    assert howdah.log().count("running as root") == 1
