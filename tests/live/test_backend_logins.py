"""How howdah comes by a password for its log-ins to the backend, and what becomes of one that changes."""

import ctypes
import os
import shlex
import subprocess

import pytest

from support import messages, wire
from support import postgres as postgres_cluster
from support.howdah_process import executable
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only

HBA = "local all all trust\nhost all all all scram-sha-256\n"


@pytest.fixture(scope="module")
def strict_postgres(postgres_template):
    cluster = postgres_cluster.Postgres(postgres_template, hba=HBA)
    try:
        yield cluster.start()
    finally:
        cluster.remove()


class Rotating:
    """A role whose password changes, and a file that says what it is."""

    def __init__(self, cluster, path):
        self.cluster, self.path, self.number = cluster, str(path), 0
        cluster.rows("drop role if exists rotating")
        cluster.rows("create role rotating login")
        self.rotate()

    def rotate(self, howdah=None):
        """Nobody who is connected stays so."""
        self.number += 1
        self.cluster.rows("alter role rotating password %s", (self.password,))
        self.write(self.password)
        if howdah:
            self.disconnect(howdah)

    def disconnect(self, howdah):
        """Ends the connections that howdah has; it knows when this returns."""
        count = howdah.log().count("server connection closed")
        killed = self.cluster.rows("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'rotating'")
        wait_until(lambda: howdah.log().count("server connection closed") == count + len(killed), "howdah knows of their end")

    @property
    def password(self):
        return f"number {self.number} of 'many'"

    def write(self, password):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(password + "\n")
        os.chmod(self.path, 0o600)


@pytest.fixture
def rotating(strict_postgres, tmp_path):
    return Rotating(strict_postgres, tmp_path / "password")


def backend(cluster, more=""):
    return f"host=127.0.0.1 port={cluster.port} user=rotating {more}"


@pytest.fixture
def start(start_howdah, strict_postgres):
    def start(more="", pool=None, **options):
        pool = {"max_size": 2, "acquire_timeout": "5s", "retry_min": "10ms", "retry_max": "50ms", **(pool or {})}
        return start_howdah(databases={"*": {"backend": backend(strict_postgres, more), "pool": pool, **options}})

    return start


def who(howdah):
    with wire.connect(howdah, "app", "postgres") as client:
        return client.query("select current_user").value


def heard(howdah):
    """The error of a client that needs a new connection to the backend, at its log-in or at its first query."""
    try:
        with wire.connect(howdah, "app", "postgres") as client:
            client.send(messages.query("select 1"))
            fields = client.read_until("EZ").error
    except wire.ServerError as error:
        fields = error.fields
    assert fields["S"] in ("FATAL", "ERROR")
    return fields


def test_a_file_is_read_at_each_log_in(start, rotating):
    howdah = start(password_file=rotating.path)
    for _ in range(3):
        assert who(howdah) == "rotating"
        rotating.rotate(howdah)
    rotating.write("wrong")
    rotating.disconnect(howdah)
    assert heard(howdah)["C"] == "28P01"
    os.unlink(rotating.path)
    wait_until(lambda: heard(howdah)["M"] == "the password for the backend could not be had", "it is read again")
    assert "password_file cannot be read" in howdah.log()
    assert rotating.password not in howdah.log()


def test_a_command_is_run_and_remembered(start, rotating, tmp_path):
    runs = tmp_path / "runs"
    command = f"echo x >> {shlex.quote(str(runs))}; cat {shlex.quote(rotating.path)}"
    howdah = start(password_command=command, password_ttl="1h")
    assert who(howdah) == "rotating"
    rotating.disconnect(howdah)
    assert who(howdah) == "rotating"
    assert runs.read_text() == "x\n"


def test_a_command_is_run_again_once_its_password_is_refused(start, rotating):
    howdah = start(password_command=f"cat {shlex.quote(rotating.path)}", password_ttl="1h")
    for _ in range(3):
        assert who(howdah) == "rotating"
        rotating.rotate(howdah)
    assert "log-in to the backend failed" not in howdah.log(), "nobody hears of a password that has changed"


def test_a_command_is_run_again_once_only(start, rotating, tmp_path):
    runs = tmp_path / "runs"
    howdah = start(password_command=f"echo x >> {shlex.quote(str(runs))}; echo wrong", password_ttl="1h", pool={"retry_min": "1min", "retry_max": "1min"})
    assert heard(howdah)["C"] == "28P01"
    assert runs.read_text() == "x\nx\n"


COMMANDS = {
    "fails": ("echo secret; echo 'no \033[31mluck' >&2; exit 3", "exit status is 3"),
    "prints nothing": ("true", "printed no line"),
    "takes too long": ("echo secret; sleep 60", "took longer"),
    "is not there": ("/no/such/command", "127"),
}


@pytest.mark.parametrize("command, words", COMMANDS.values(), ids=COMMANDS)
def test_a_command_that_fails_is_told_in_the_log(start, rotating, command, words):
    howdah = start(password_command=command, password_timeout="300ms")
    error = heard(howdah)
    assert error["C"] == "08001" and error["M"] == "the password for the backend could not be had"
    log = howdah.log()
    assert "password_command failed" in log and words in log
    assert "secret" not in log and "\033" not in log


def test_a_slow_command_holds_nobody_up(start_howdah, rotating, strict_postgres):
    entries = {
        "slow": {"backend": backend(strict_postgres, "dbname=postgres"), "password_command": f"sleep 1; cat {shlex.quote(rotating.path)}"},
        "app": {"backend": strict_postgres.backend()},
    }
    howdah = start_howdah(databases=entries, workers=1)
    with wire.connect(howdah, "app", "app") as other, wire.Connection(howdah.host, howdah.port) as slow:
        slow.send(messages.startup(user="app", database="slow", options="-c statement_timeout=0"))
        for _ in range(100):
            assert other.query("select 1").value == "1"
        slow.authenticate("app", "")
        assert slow.query("select current_user").value == "rotating"


def test_a_command_wins_over_the_connection_string(start, rotating):
    howdah = start(more="password=outdated", password_command=f"cat {shlex.quote(rotating.path)}")
    assert who(howdah) == "rotating"


def test_libpq_s_password_file_is_read_at_each_log_in(start, rotating, tmp_path):
    passfile = tmp_path / "passfile"

    def write():
        passfile.write_text(f"127.0.0.1:*:*:rotating:{rotating.password}\n")
        passfile.chmod(0o600)

    write()
    howdah = start(more=f"passfile={passfile}")
    for _ in range(3):
        assert who(howdah) == "rotating"
        rotating.rotate(howdah)
        write()  # read at the next log-in, which is the next client's


def test_a_service_file_says_where_and_who(start_howdah, rotating, tmp_path, monkeypatch):
    services = tmp_path / "services.conf"
    services.write_text(
        f"[shop]\nhost=127.0.0.1\nport={rotating.cluster.port}\nuser=rotating\ndbname=postgres\npassword={rotating.password}\n"
    )
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    howdah = start_howdah(databases={"*": {"backend": "service=shop user=rotating"}})
    assert who(howdah) == "rotating"


def test_pass_through_needs_libpq_18(tmp_path):
    version = ctypes.CDLL("libpq.so.5").PQlibVersion()
    path = tmp_path / "howdah.yaml"
    path.write_text("listen: [127.0.0.1:6432]\ndatabases:\n  x:\n    backend: host=a\n    scram_pass_through: true\n")
    done = subprocess.run([executable(), "--check", str(path)], capture_output=True, text=True, timeout=60, check=False)
    if version >= 180000:
        assert done.returncode == 0
    else:
        assert done.returncode == 2
        assert f"needs libpq 18 or newer; this is {version // 10000}.{version % 10000}" in done.stderr
