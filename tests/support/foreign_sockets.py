"""The sockets of another process, duplicated into this one: what the kernel was told about them can be asked."""

import ctypes
import os
import socket

_libc = ctypes.CDLL(None, use_errno=True)
_PIDFD_GETFD = 438  # on every architecture


def _duplicate(pidfd, number):
    fd = _libc.syscall(_PIDFD_GETFD, pidfd, number, 0)
    if fd < 0:
        raise OSError(ctypes.get_errno(), f"pidfd_getfd of descriptor {number}")
    return socket.socket(fileno=fd)


def sockets(pid):
    """Duplicates of all sockets of a process, which the caller closes."""
    folder = f"/proc/{pid}/fd"
    pidfd = os.pidfd_open(pid)
    try:
        return [_duplicate(pidfd, int(n)) for n in os.listdir(folder) if os.readlink(f"{folder}/{n}").startswith("socket:")]
    finally:
        os.close(pidfd)


def peer_of(one):
    """Its address, or nothing where it is not connected."""
    try:
        return one.getpeername()
    except OSError:
        return None


def with_peer(pid, is_peer):
    """The only socket of a process whose peer's address is meant."""
    found, others = [], []
    for one in sockets(pid):
        (found if is_peer(peer_of(one)) else others).append(one)
    for one in others:
        one.close()
    assert len(found) == 1, found
    return found[0]
