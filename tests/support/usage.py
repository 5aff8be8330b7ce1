"""What a running process has used: processor time, memory, system calls."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

from support import processes
from support.waiting import wait_until


def processor_microseconds(pid):
    """Of all its threads so far, those that have ended too."""
    clock = (~pid << 3) | 2  # the clock of a process, as clock_getcpuclockid() makes it
    return time.clock_gettime_ns(clock) / 1000


def processor_microseconds_of(target):
    """Of a pooler's process; nothing for PostgreSQL itself."""
    process = getattr(target, "process", None)
    return processor_microseconds(process.pid) if process else 0


def _share_of_memory(pid, field):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.search(rf"^{field}: +(\d+) kB", text, re.MULTILINE).group(1))


def own_kilobytes(pid):
    """Its proportional share of memory (PSS)."""
    return _share_of_memory(pid, "Pss")


def allocated_kilobytes(pid):
    """The same without pages of files, whose share changes with who else has them open."""
    return _share_of_memory(pid, "Pss_Anon")


def system_calls(pid, work):
    """How many it makes, with all its threads, while `work` runs; strace slows it down. Also what `work` returns."""
    with tempfile.NamedTemporaryFile("r", suffix=".strace") as counts, tempfile.TemporaryFile("w+") as said:
        command = ["strace", "-f", "-c", "-o", counts.name, "-p", str(pid)]
        strace = subprocess.Popen(command, stderr=said, stdin=subprocess.DEVNULL, preexec_fn=processes.die_with_parent)

        def is_attached():
            assert strace.poll() is None, os.pread(said.fileno(), 2000, 0).decode()
            return b"attached" in os.pread(said.fileno(), 2000, 0)

        try:
            wait_until(is_attached, "strace is attached")
            result = work()
        finally:
            processes.stop(strace, signal.SIGINT)
        total = re.search(r"^ *100\.00 +[\d.]+ +\d+ +(\d+) .*total$", counts.read(), re.MULTILINE)
    return int(total.group(1)) if total else 0, result


def _pin(pid, cores):
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), cores)


@contextlib.contextmanager
def on_one_core(pids):
    """Meanwhile these processes, and what this one starts, share one core: so the figures do not depend on who happens to
    run where. The processes may have no children."""
    usual = os.sched_getaffinity(0)
    pids = [os.getpid(), *pids]
    try:
        for pid in pids:
            _pin(pid, {max(usual)})
        yield
    finally:
        for pid in pids:
            _pin(pid, usual)


def processor():
    """The machine in words."""
    found = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="ascii"))
    cores = f"{len(os.sched_getaffinity(0))} cores"
    return f"{cores} ({found.group(1)})" if found else cores
