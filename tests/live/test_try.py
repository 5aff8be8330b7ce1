"""packaging/try: runs howdah to be tried out, and leaves nothing behind."""

import glob
import os
import pathlib
import re
import signal
import subprocess
import urllib.request

import pytest

from support import processes
from support.howdah_process import executable
from support.terminal import Terminal
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only

SCRIPT = str(pathlib.Path(__file__).resolve().parents[2] / "packaging" / "try")


class Try:
    """One run of the script. Its output is read as it comes."""

    def __init__(self, tmp_path, *options):
        self.log = tmp_path / "output"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [SCRIPT, *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=os.environ | {"HOWDAH_BINARY": executable()},
                preexec_fn=processes.die_with_parent,
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        processes.stop(self.process, signal.SIGTERM, patience=30)

    @property
    def output(self):
        return self.log.read_text(encoding="utf-8")

    def wait_for(self, pattern, timeout=60):
        def look():
            found = re.search(pattern, self.output)
            assert found or self.process.poll() is None, self.output
            return found

        return wait_until(look, f"{pattern!r} in the output", timeout)

    def wait_until_it_runs(self):
        """The two DSNs, the stats address and the folder."""
        self.wait_for("Ctrl-C ends it")
        find = lambda pattern: re.search(pattern, self.output).group(1)
        self.dsn, self.console = find(r"DSN +(\S+)"), find(r"console +psql (\S+)")
        self.stats, self.folder = find(r"stats +(\S+)"), find(r"(/\S+)/howdah\.yaml")
        return self

    def own_processes(self):
        """What runs in or from its folder, by process id."""
        found = {}
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(path, "rb") as file:
                    command = file.read().decode("utf-8", "replace").split("\0")
            except OSError:
                continue
            if any(self.folder in word for word in command):
                found[int(path.split("/")[2])] = command
        return found

    def process_of(self, program):
        return next(pid for pid, command in self.own_processes().items() if command[0].endswith(program))

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait(30)

    def check_nothing_is_left(self):
        assert not os.path.exists(self.folder)
        wait_until(lambda: not self.own_processes(), f"the end of {self.own_processes()}", timeout=5)


def psql(dsn, sql):
    done = subprocess.run(["psql", "-XAt", dsn, "-c", sql], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def own_dsn(postgres):
    return f"host={postgres.folder} port={postgres.port} dbname=app user=app"


def test_the_dsn_and_the_console_that_it_prints_work(tmp_path):
    with Try(tmp_path) as run:
        run.wait_until_it_runs()
        assert psql(run.dsn, "select 6 * 7") == "42"
        wait_until(lambda: psql(run.dsn, "select count(*) from pg_stat_activity where usename = current_user") == "6", "six servers")
        assert "transaction" in psql(run.console, "show pools")
        assert "howdah_" in urllib.request.urlopen(run.stats, timeout=10).read().decode()
        assert len(run.own_processes()) >= 2
        run.end(signal.SIGINT)
        assert run.process.returncode == 0, run.output
        run.check_nothing_is_left()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_ends_clean_however_it_is_asked_to(tmp_path, number):
    with Try(tmp_path) as run:
        run.wait_until_it_runs().end(number)
        run.check_nothing_is_left()


def test_strangers_do_not_get_in(tmp_path):
    with Try(tmp_path) as run:
        run.wait_until_it_runs()
        stranger = re.sub(r":[^:/@]+@", ":wrong@", run.dsn)
        done = subprocess.run(["psql", "-X", stranger, "-c", "select 1"], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode != 0 and "password authentication failed" in done.stderr


def test_the_demo_shows_its_load_and_ends_in_time(tmp_path):
    with Try(tmp_path, "--demo", "--seconds", "5") as run:
        run.wait_until_it_runs()
        row = run.wait_for(r"\d\d:\d\d:\d\d +50 +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)\n")
        waiting, servers, at_work, rate, _ = (int(one) for one in row.groups())
        assert waiting <= 50 and at_work <= servers == 6 and rate > 0
        run.process.wait(60)
        assert run.process.returncode == 0, run.output
        assert len(re.findall(r"^\d\d:\d\d:\d\d", run.output, re.MULTILINE)) >= 2
        run.check_nothing_is_left()


def test_ctrl_c_in_a_terminal_ends_the_demo(tmp_path):
    with Terminal([SCRIPT, "--demo"], {"HOWDAH_BINARY": executable(), "TERM": "xterm"}) as terminal:
        folder = re.search(r"(/\S+)/howdah\.yaml", terminal.wait_for(r"Ctrl-C ends it", 60)).group(1)
        terminal.wait_for(r"\d\d:\d\d:\d\d +50 .*\d\d:\d\d:\d\d +50 ", 60)
        terminal.type("\x03")
        wait_until(lambda: not os.path.exists(folder), "the folder is gone", timeout=30)


def test_the_demo_before_ones_own_postgresql_leaves_nothing_there(tmp_path, own_dsn, postgres):
    schemas = lambda: postgres.rows("select nspname from pg_namespace where nspname like 'howdah%'", database="app")
    with Try(tmp_path, "--demo", own_dsn) as run:
        run.wait_until_it_runs()
        assert psql(run.dsn, "select current_database() || ' ' || current_user") == "app app"
        run.wait_for(r"\d\d:\d\d:\d\d +50 ")
        assert len(schemas()) == 1
        run.end(signal.SIGINT)
        run.check_nothing_is_left()
    wait_until(lambda: not schemas() and postgres.connections("app") == 0, "nothing is left in the database")


def test_a_dsn_may_be_a_url_and_name_nobody(tmp_path, postgres):
    url = f"postgresql://127.0.0.1:{postgres.port}/app?user=app&application_name=it%27s"
    with Try(tmp_path, url) as run:
        run.wait_until_it_runs()
        assert psql(run.dsn, "select current_user") == "app"
        run.end(signal.SIGINT)
        run.check_nothing_is_left()


@pytest.mark.parametrize("victim", ["howdah", "postgres"])
def test_when_a_part_is_killed_it_says_so_and_cleans_up(tmp_path, victim):
    with Try(tmp_path, "--demo") as run:
        run.wait_until_it_runs()
        run.wait_for(r"\d\d:\d\d:\d\d +50 ")
        os.kill(run.process_of(victim), signal.SIGKILL)
        run.process.wait(30)
        assert run.process.returncode == 1 and re.search(rf"({victim}|load) has ended", run.output)
        run.check_nothing_is_left()


def test_a_postgresql_that_does_not_answer_is_told(tmp_path):
    with Try(tmp_path, f"host=127.0.0.1 port={processes.free_port()} user=app") as run:
        run.process.wait(30)
        assert run.process.returncode == 1
        assert "refused" in run.output and "your PostgreSQL does not answer" in run.output


@pytest.mark.parametrize("options", [["--nonsense"], ["--seconds"], ["--seconds", "soon"]])
def test_a_wrong_option_is_told(tmp_path, options):
    with Try(tmp_path, *options) as run:
        run.process.wait(30)
        assert run.process.returncode == 2 and "--seconds" in run.output


def test_help_is_there(tmp_path):
    with Try(tmp_path, "--help") as run:
        run.process.wait(30)
        assert run.process.returncode == 0 and "--demo" in run.output
