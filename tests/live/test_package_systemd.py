"""The Debian package where systemd runs: what its units promise, by the systemd of a Debian 12 that is booted for it."""

import contextlib
import os
import pathlib
import re

import pytest

from support import wire
from support.booted_debian import BootedDebian, NoContainer
from support.clean_debian import PostgresInThere, checked
from support.debian_package import CONFIG, MARKS, install, newer
from support.ledger import LedgerClient, check_ledger, ledger_table, load_of
from support.messages import query
from support.waiting import wait_until

pytestmark = MARKS
PASSWORD = "of the application"
ROLES = f"create role app login password '{PASSWORD}';\n\ncreate database app owner app"
DROP_IN = "/etc/systemd/system/howdah.service.d/test.conf"


@pytest.fixture(scope="module")
def debian(package):
    """Booted, with the package and a PostgreSQL."""
    with BootedDebian() as debian, contextlib.ExitStack() as ends:
        depends = checked("dpkg-deb", "-f", package, "Depends").strip()
        debian.run("apt-get", "update", "-qq")
        debian.run("apt-get", "satisfy", "-y", "-qq", "--no-install-recommends", depends, "systemd", "systemd-sysv")
        install(debian, package)
        debian.postgres = PostgresInThere(debian, ROLES)
        ends.callback(debian.postgres.remove)
        try:
            debian.boot()
        except NoContainer as error:
            pytest.skip(f"no systemd can be booted here: {error}")
        yield debian


@pytest.fixture
def service(debian):
    """As the package brings it, and started anew."""
    before = pathlib.Path(debian.path(CONFIG)).read_text(encoding="utf-8")
    debian.systemctl("restart", "howdah.service")
    service = Service(debian)
    yield service
    pathlib.Path(debian.path(CONFIG)).write_text(before, encoding="utf-8")
    pathlib.Path(debian.path(DROP_IN)).unlink(missing_ok=True)
    debian.systemctl("daemon-reload")
    debian.systemctl("stop", "howdah.socket", "howdah.service")
    wait_until(lambda: debian.asked("is-active", "howdah-handover.service") == "inactive", "the other one has ended too")
    debian.systemctl("reset-failed")


class Service:
    def __init__(self, debian):
        self.debian = debian
        self.host, self.port = debian.live_path("/run/howdah"), 6432
        self.begins = len(self.debian.journal("howdah.service"))

    def shown(self, name):
        return self.debian.shown("howdah.service", name)

    @property
    def pid(self):
        """Of the main process, as that Debian counts."""
        return int(self.shown("MainPID"))

    def journal(self):
        """Of this test."""
        return self.debian.journal("howdah.service")[self.begins :]

    def client(self):
        return wire.connect(self, "app", "postgres", PASSWORD)

    def configure(self, text):
        with open(self.debian.path(CONFIG), "a", encoding="utf-8") as file:
            file.write(text)

    def drop_in(self, text):
        path = pathlib.Path(self.debian.path(DROP_IN))
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"[Service]\n{text}\n", encoding="utf-8")
        self.debian.systemctl("daemon-reload")

    def without_takeover(self):
        path = pathlib.Path(self.debian.path(CONFIG))
        text = path.read_text(encoding="utf-8")
        changed = re.sub(r"^takeover:\n.*\n", "", text, flags=re.MULTILINE)
        assert changed != text
        self.debian.systemctl("stop", "howdah.service")
        path.write_text(changed, encoding="utf-8")
        self.debian.systemctl("start", "howdah.service")

    def handover(self, name):
        """Of the unit that has the clients during a restart."""
        return self.debian.shown("howdah-handover.service", name)

    def signal_main(self, name):
        self.debian.systemctl("kill", "--kill-whom=main", f"--signal={name}", "howdah.service")


def test_it_runs_as_its_unit_says(service):
    assert service.shown("ActiveState") == "active"
    with service.client() as client:
        assert client.query("select current_user").value == "app"
        wait_until(lambda: "Serving 1 client, with 1 server" in service.shown("StatusText"), "it says what it does")
    status = service.debian.run("cat", f"/proc/{service.pid}/status")
    assert re.search(r"^NoNewPrivs:\s1$", status, re.MULTILINE)
    assert re.search(r"^Seccomp:\s2$", status, re.MULTILINE), "its filter of system calls is on"
    assert re.search(r"^CapBnd:\s0+$", status, re.MULTILINE)
    assert service.debian.run("stat", "-c", "%U", f"/proc/{service.pid}").strip() == "howdah"


def test_a_reload_takes_what_changed_and_touches_nobody(service):
    with service.client() as client:
        client.query("set my.own = 'x'")
        before = service.pid
        service.configure("log: {level: debug}\n")
        service.debian.systemctl("reload", "howdah.service")
        wait_until(lambda: "level=debug" in service.journal() or "log.level" in service.journal(), "it is read")
        assert service.pid == before
        assert client.query("show my.own").value == "x"


def test_sigusr2_hands_over_to_the_next_process_which_is_supervised(service):
    with service.client() as client, service.client() as busy:
        client.query("set my.own = 'x'")
        busy.query("begin; select 1")
        before = service.pid
        service.signal_main("SIGUSR2")
        wait_until(lambda: "handing over" in service.journal(), "it begins")
        assert busy.query("commit").tags == ["COMMIT"]
        wait_until(lambda: service.pid not in (0, before), "the next one is the main one")
        assert client.query("show my.own").value == "x"
        assert busy.query("select 2").value == "2"
        wait_until(lambda: "Serving 2 clients" in service.shown("StatusText"), "it says what it does")
        assert service.shown("NRestarts") == "0"
        assert "only permitted for main PID" not in service.journal()
    service.signal_main("SIGKILL")  # systemd notices, though the process is not one that it has started
    wait_until(lambda: service.shown("NRestarts") == "1" and service.shown("ActiveState") == "active", "it is started again")
    with service.client() as client:
        assert client.query("select 1").value == "1"


def test_a_next_process_that_can_not_start_changes_nothing(service):
    with service.client() as client:
        client.query("set my.own = 'x'")
        before = service.pid
        service.configure("no such key: 1\n")
        service.signal_main("SIGUSR2")
        wait_until(lambda: "the process that was to take over has ended" in service.journal(), "it has failed")
        assert client.query("show my.own").value == "x"
        assert (service.pid, service.shown("ActiveState")) == (before, "active")


def test_an_upgrade_of_the_package_loses_no_client(service, package, tmp_path):
    with service.client() as client:
        client.query("set my.own = 'x'")
        before = service.pid
        install(service.debian, newer(package, tmp_path), "--force-confdef", "--force-confold")
        wait_until(lambda: service.pid not in (0, before), "the next one is the main one")
        assert client.query("show my.own").value == "x"
    assert service.debian.run("dpkg-query", "-W", "-f", "${Version}", "howdah").endswith("+next")
    assert service.shown("NRestarts") == "0"


def test_one_that_hangs_is_ended_by_the_watchdog_and_started_again(service):
    service.drop_in("WatchdogSec=2s")
    service.debian.systemctl("restart", "howdah.service")
    service.signal_main("SIGSTOP")
    wait_until(lambda: service.shown("NRestarts") == "1" and service.shown("ActiveState") == "active", "it is started again", timeout=60)
    assert "Watchdog timeout" in service.journal()
    with service.client() as client:
        assert client.query("select 1").value == "1"


def told(client):
    """The errors that it was sent, up to the end."""
    return [(error.fields["S"], error.fields["C"]) for error in client.read_to_end().of("E")]


@pytest.mark.parametrize("order", ["stop", "restart"])
def test_a_stop_lets_transactions_finish_and_so_does_a_restart_without_takeover(service, order):
    service.without_takeover()
    with service.client() as idle, service.client() as busy:
        busy.query("begin; select 1")
        service.debian.systemctl(order, "--no-block", "howdah.service")
        wait_until(lambda: service.shown("ActiveState") == "deactivating", "it stops")
        assert told(idle) == [("FATAL", "57P01")]
        busy.send(query("commit"))
        assert busy.ready().tags == ["COMMIT"]
        assert told(busy) == [("FATAL", "57P01")]
    state = {"stop": "inactive", "restart": "active"}[order]
    wait_until(lambda: service.shown("ActiveState") == state, state)
    assert service.shown("Result") == "success"
    assert service.handover("ActiveState") == "inactive"


@pytest.mark.parametrize("is_activated", [False, True], ids=["own sockets", "socket unit"])
def test_a_restart_loses_no_client(service, is_activated):
    if is_activated:
        service.debian.systemctl("stop", "howdah.service")
        service.debian.systemctl("start", "howdah.socket")
    with service.client() as client, service.client() as busy:
        client.query("set my.own = 'x'")
        busy.query("begin; select 1")
        before = service.pid
        service.debian.systemctl("restart", "--no-block", "howdah.service")
        wait_until(lambda: service.shown("ActiveState") == "deactivating", "it stops")
        wait_until(lambda: service.handover("ActiveState") == "active", "another one has its clients meanwhile")
        assert client.query("show my.own").value == "x"
        with service.client() as late:
            assert late.query("select 1").value == "1"
            assert busy.query("commit").tags == ["COMMIT"]
            wait_until(lambda: service.shown("ActiveState") == "active" and service.pid not in (0, before), "it has restarted")
            wait_until(lambda: service.handover("ActiveState") == "inactive", "all are back")
            assert late.query("select 2").value == "2"
        assert client.query("show my.own").value == "x"
        assert busy.query("select 3").value == "3"
    assert (service.shown("Result"), service.handover("Result")) == ("success", "success")
    assert service.shown("StatusText").count("127.0.0.1:6432") == 1
    assert "main PID" not in service.journal(), "nobody says what systemd refuses"


def test_restarts_under_load_lose_nothing(service):
    clients = [LedgerClient(service, f"c{number}", password=PASSWORD) for number in range(8)]
    service.drop_in("[Unit]\nStartLimitIntervalSec=0")
    with ledger_table(service.debian.postgres):
        with load_of(clients):
            for _ in range(50):  # one upon the heels of the other
                service.debian.systemctl("restart", "howdah.service")
        check_ledger(service.debian.postgres, clients)
    assert sum(client.reconnects for client in clients) == 0
    longest = max(client.longest for client in clients)
    done = sum(len(client.acknowledged) for client in clients)
    print(f"50 restarts: {done} transfers, none failed, no connection was lost, the longest took {longest * 1000:.0f} ms")


def test_a_transaction_that_outlasts_the_time_of_a_stop_still_ends_in_a_restart(service):
    service.drop_in("TimeoutStopSec=2s")
    with service.client() as client, service.client() as busy:
        client.query("set my.own = 'x'")
        busy.query("begin; select 1")
        service.debian.systemctl("restart", "--no-block", "howdah.service")
        wait_until(lambda: "told to stop signal=SIGTERM" in service.journal(), "systemd will not wait for it")
        busy.send(query("commit"))
        assert busy.ready().tags == ["COMMIT"]
        wait_until(lambda: service.shown("ActiveState") == "active", "it has restarted")
        wait_until(lambda: service.handover("ActiveState") == "inactive", "all are back")
        assert client.query("show my.own").value == "x"


def test_where_the_next_one_can_not_start_in_a_restart_the_clients_stay_with_the_one_between(service):
    with service.client() as client:
        client.query("set my.own = 'x'")
        service.drop_in("ExecStart=\nExecStart=/bin/false\nRestart=no")
        service.debian.asked("restart", "howdah.service")
        assert (service.shown("ActiveState"), service.handover("ActiveState")) == ("failed", "active")
        assert client.query("show my.own").value == "x"
        service.drop_in("")
        service.debian.systemctl("restart", "howdah.service")
        wait_until(lambda: service.handover("ActiveState") == "inactive", "all are back")
        assert service.shown("ActiveState") == "active"
        assert client.query("show my.own").value == "x"


def test_where_the_one_between_dies_nobody_waits_for_it(service):
    with service.client() as busy:
        busy.query("begin; select 1")
        service.debian.systemctl("restart", "--no-block", "howdah.service")
        wait_until(lambda: service.handover("ActiveState") == "active", "it is there")
        service.debian.systemctl("kill", "--signal=SIGKILL", "howdah-handover.service")
        wait_until(lambda: "told to stop signal=SIGTERM" in service.journal(), "it is a stop like any other")
        busy.send(query("commit"))
        assert busy.ready().tags == ["COMMIT"]
    wait_until(lambda: service.shown("ActiveState") == "active", "it has restarted")
    assert "the takeover has broken off" in service.journal()
    with service.client() as client:
        assert client.query("select 1").value == "1"
    service.debian.systemctl("reset-failed")


def test_the_socket_unit_starts_it_for_the_first_client_and_keeps_later_ones_waiting(service):
    service.debian.systemctl("stop", "howdah.service")
    service.debian.systemctl("start", "howdah.socket")
    with service.client() as client:
        assert client.query("select 1").value == "1"
    service.debian.systemctl("stop", "howdah.service")
    assert service.shown("ActiveState") == "inactive"
    with service.client() as client:
        assert client.query("select 2").value == "2"
    assert service.shown("ActiveState") == "active"


def test_z_a_removal_ends_it_and_whoever_listens_for_it(debian):
    debian.systemctl("start", "howdah.socket")
    wait_until(lambda: os.path.exists(debian.live_path("/run/howdah/.s.PGSQL.6432")), "systemd listens")
    debian.run("dpkg", "-P", "howdah")
    assert debian.asked("list-units", "--plain", "--no-legend", "--state=active,activating,deactivating,failed", "howdah*") == ""
    assert not os.path.exists(debian.live_path("/run/howdah/.s.PGSQL.6432"))
