"""haproxy as packaging/haproxy.cfg sets it up, with its addresses replaced."""

import os
import shutil
import signal
import subprocess
import tempfile

from support import processes
from support.waiting import wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def replaced(content, old, new):
    assert content.count(old) == 1, f"packaging/haproxy.cfg has {content.count(old)} times {old!r}"
    return content.replace(old, new)


class Haproxy:
    """Before these two howdahs. Runs in a with block."""

    def __init__(self, instances, is_proxy_header_sent=False):
        self.folder = tempfile.mkdtemp(prefix="howdah-haproxy-")
        self.host, self.port = "127.0.0.1", processes.free_port()
        with open(f"{ROOT}/packaging/haproxy.cfg", encoding="utf-8") as file:
            content = replaced(file.read(), "bind :5432\n", f"bind {self.host}:{self.port}\n")
        more = " send-proxy-v2" if is_proxy_header_sent else ""
        for number, one in enumerate(instances, 1):
            here = f"{one.host}:{one.port} check port {one.admin_port}"
            content = replaced(content, f"10.0.0.{number}:6432 check port 9930", here + more)
        with open(f"{self.folder}/haproxy.cfg", "w", encoding="utf-8") as file:
            file.write(content)
        self.process = None

    def __enter__(self):
        with open(f"{self.folder}/log", "ab") as log:
            self.process = subprocess.Popen(
                [shutil.which("haproxy", path="/usr/sbin:/usr/bin"), "-db", "-f", f"{self.folder}/haproxy.cfg"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=processes.die_with_parent,
            )
        wait_until(lambda: self._is_running() and processes.accepts(self.port), "haproxy accepts connections")
        return self

    def _is_running(self):
        assert self.process.poll() is None, self.log()
        return True

    def log(self):
        with open(f"{self.folder}/log", encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_until_left(self, number):
        """Until it sends nobody new there."""
        wait_until(lambda: f"Server howdah/howdah{number} is DOWN" in self.log(), f"haproxy leaves instance {number}")

    def __exit__(self, *_):
        processes.stop(self.process, signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)
