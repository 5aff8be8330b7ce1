"""What systemd does for a service, as far as a test needs it: it hears what the service reports, and a thread gets stuck."""

import contextlib
import ctypes
import os
import pathlib
import socket
import threading

_libc = ctypes.CDLL(None, use_errno=True)
_PTRACE_DETACH, _PTRACE_SEIZE, _PTRACE_INTERRUPT = 17, 0x4206, 0x4207
_WAIT_FOR_ALL = 0x40000000  # __WALL: threads too


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


def _trace(request, thread):
    if _libc.ptrace(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


@contextlib.contextmanager
def stopped_thread(pid, name):
    """Stops one thread of a process, of this name; the others go on."""
    tasks = pathlib.Path(f"/proc/{pid}/task")
    (thread,) = [int(task.name) for task in tasks.iterdir() if (task / "comm").read_text().strip() == name]
    _trace(_PTRACE_SEIZE, thread)
    try:
        _trace(_PTRACE_INTERRUPT, thread)
        os.waitpid(thread, _WAIT_FOR_ALL)
        yield
    finally:
        _trace(_PTRACE_DETACH, thread)
