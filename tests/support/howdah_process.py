"""One running howdah: its configuration, its process, its log, and what must be true when it has ended."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.request

import yaml

from support import processes
from support.private_file import write_private
from support.waiting import wait_until

SANITIZER_REPORT = re.compile(r"ERROR: (Address|Leak|Memory|Undefined)\w*Sanitizer|WARNING: ThreadSanitizer|runtime error:")


def executable():
    """The program under test: HOWDAH_BINARY, else the preset `dev`."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return os.environ.get("HOWDAH_BINARY", f"{root}/build/dev/howdah")


def is_sanitized():
    """Whether the program carries a sanitizer: then memory and speed tell nothing."""
    with open(executable(), "rb") as file:
        program = file.read()
    return b"__asan_init" in program or b"__tsan_init" in program


def fewer_if_sanitized(count):
    """Of random cases: a sanitizer takes its time, and looks for other mistakes than the many seeds find."""
    return count // 4 if is_sanitized() else count


def merged(base, changes):
    """`base` with `changes` laid over it, folder by folder; neither is changed."""
    result = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


def judge_and_remove(targets):
    """At the end of a test: each is ended and judged, and all are removed whatever the verdict."""
    try:
        for target in targets:
            target.stop()
    finally:
        for target in targets:
            target.remove()


class HowdahProcess:
    """Started by start(), ended by stop(), which fails the test where the program misbehaved."""

    admin_user = "postgres"

    def __init__(self, config, arguments=None):
        self.folder = tempfile.mkdtemp(prefix="howdah-test-")
        self.host = "127.0.0.1"
        self.port = processes.free_port()
        self.admin_port = processes.free_port()
        self.socket_folder = self.folder
        base = {
            "listen": [f"{self.host}:{self.port}", f"unix:{self.folder}:{self.port}"],
            "admin": {"listen": f"127.0.0.1:{self.admin_port}", "users": [self.admin_user]},
            "auth": [{"from": "local", "method": "trust"}, {"from": "0.0.0.0/0", "method": "trust"}],
        }
        if "HOWDAH_TEST_WORKERS" in os.environ:
            base["workers"] = int(os.environ["HOWDAH_TEST_WORKERS"])
        self.config = merged(base, config)
        self.arguments = arguments
        self.popen = {}  # more arguments of Popen
        self.launcher = []  # a command that starts it, and becomes it
        self.user_arguments = ["--user", "root"] if os.geteuid() == 0 else []  # it does not serve as root unless told to
        self.process = None

    @property
    def config_path(self):
        return f"{self.folder}/howdah.yaml"

    @property
    def pid(self):
        return self.process.pid

    def write_config(self):
        write_private(self.config_path, yaml.safe_dump(self.config, sort_keys=False))
        if "user" in self.popen:
            os.chown(self.config_path, self.popen["user"], -1)

    def start(self, wait=True):
        self.write_config()
        with open(f"{self.folder}/log", "ab") as log:
            self.process = subprocess.Popen(
                [*self.launcher, executable(), *(self.arguments or ["--config", self.config_path]), *self.user_arguments],
                stdout=log,
                stdin=subprocess.DEVNULL,
                **{"stderr": log, "preexec_fn": processes.die_with_parent, **self.popen},
            )
        if wait:
            wait_until(self._is_ready, "howdah accepts connections", timeout=60)
        return self

    def _is_ready(self):
        assert self.process.poll() is None, f"howdah ended with {self.process.returncode}:\n{self.log()}"
        if self.arguments:
            return processes.accepts(self.port)
        path = f"{self.socket_folder}/.s.PGSQL.{self.port}"
        is_local = f"unix:{self.folder}:{self.port}" in self.config["listen"]
        has_stats = self.config["admin"]["listen"] == f"127.0.0.1:{self.admin_port}"
        return (
            processes.accepts(self.port)
            and (not is_local or processes.accepts_at(path))
            and (not has_stats or processes.accepts(self.admin_port))
        )

    def signal(self, number):
        self.process.send_signal(number)

    def is_running(self):
        return self.process.poll() is None

    def wait_for_end(self, timeout=20):
        """Its exit status, once it has ended by itself."""
        wait_until(lambda: self.process.poll() is not None, "howdah ends", timeout)
        return self.process.returncode

    def stop(self):
        """Ends it at once and judges: no sanitizer report, exit status zero."""
        status = processes.stop(self.process, signal.SIGINT) if self.process else 0
        log = self.log()
        assert not SANITIZER_REPORT.search(log), log[-20000:]
        assert status == 0, f"howdah ended with {status}:\n{log[-20000:]}"

    def remove(self):
        if self.process:
            processes.stop(self.process, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        if not os.path.exists(f"{self.folder}/log"):
            return ""
        with open(f"{self.folder}/log", encoding="utf-8", errors="replace") as file:
            return file.read()

    def rss_kb(self):
        """Resident memory that is its own; pages of the program file are left out."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return int(fields["RssAnon"].split()[0])

    def open_files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def get(self, path, **headers):
        """Status and text of a page of the stats port."""
        try:
            request = urllib.request.Request(f"http://127.0.0.1:{self.admin_port}{path}", headers=headers)
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def dsn(self, database="postgres", user="postgres", **more):
        extra = "".join(f" {key}='{value}'" for key, value in more.items())
        return f"host={self.host} port={self.port} dbname={database} user={user}{extra}"
