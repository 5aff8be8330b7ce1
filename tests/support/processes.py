"""Starts and stops our own processes, by their process id only; they die with the test run."""

import ctypes
import itertools
import os
import pwd
import signal
import socket
import subprocess

_libc = ctypes.CDLL(None)


def die_with_parent():
    """In a child before exec: when the test run is killed, so is the child. What the run itself ignores, because it was
    started in the background or under nohup, the child does not: a shell could not trap it."""
    _libc.prctl(1, signal.SIGKILL)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def as_user(name):
    """Arguments of Popen that make a child run as this user; nothing where we are not root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


_ports = None  # of this process, begun with the first one that is asked for


def _ports_of_this_run():
    """Ports below those that outgoing connections get, one after the other, round and round from a random one: a second
    one drawn at random was now and then the first one again. Each worker of pytest has a share of its own."""
    low = int(open("/proc/sys/net/ipv4/ip_local_port_range").read().split()[0])
    first, last = (10000, low) if low > 20000 else (20000, 65536)
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = (last - first) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    begin = int.from_bytes(os.urandom(4), "big")
    return (first + worker * share + (begin + count) % share for count in itertools.count())


def free_port():
    """A port on 127.0.0.1 that nobody listened on a moment ago."""
    global _ports
    _ports = _ports or _ports_of_this_run()
    for port in itertools.islice(_ports, 1000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no free port")


def accepts(port, host="127.0.0.1"):
    try:
        socket.create_connection((host, port), timeout=1).close()
        return True
    except OSError:
        return False


def accepts_at(path):
    """The same for a Unix socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def stop(process, first_signal=signal.SIGTERM, patience=15):
    """Ends `process` and returns its exit status; kills it when it does not end in time."""
    if process.poll() is None:
        process.send_signal(first_signal)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return process.returncode
