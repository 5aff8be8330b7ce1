"""A howdah that takes the place of a running one: its configuration is the same, and it writes to the same log."""

import copy
import socket
import struct

from support.howdah_process import merged
from support.waiting import wait_until


def successor_of(howdah, **changes):
    """Not started yet. `changes` are to its configuration. It is removed with the first one."""
    successor = copy.copy(howdah)
    successor.process = None
    successor.config = merged(howdah.config, changes)
    successor.user_arguments = [*howdah.user_arguments, "--takeover"]
    return successor


def take_over(howdah, **changes):
    """Its successor, once it serves alone."""
    successor = successor_of(howdah, **changes).start(wait=False)
    wait_until(lambda: has_place_of(howdah, successor), "the place is taken", timeout=60)
    return successor


def has_place_of(howdah, successor):
    assert successor.is_running(), f"the successor has ended:\n{howdah.log()[-20000:]}"
    return not howdah.is_running()


class Packets:
    """The way two processes speak to each other, byte by byte."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(20)
        self.socket.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, kind, **values):
        self.socket.send(b"\1" + message(kind, **values))

    def receive(self):
        """Kind and values of the next message, by tag; None at the end."""
        return received(self.socket)


TAGS = {"oldest": 1, "newest": 2, "program": 3, "text": 4}


def message(kind, **values):
    """Numbers, or bytes."""
    content = kind
    for name, value in values.items():
        value = struct.pack("!Q", value) if isinstance(value, int) else value
        content += struct.pack("!HI", TAGS[name], len(value)) + value
    return content


def received(connection):
    part = connection.recv(65536)
    if not part:
        return None
    kind, rest, values = part[1:2], part[2:], {}
    while rest:
        tag, length = struct.unpack_from("!HI", rest)
        values[tag] = rest[6 : 6 + length]
        rest = rest[6 + length :]
    return kind, values


def hello(newest=1, oldest=1):
    return {"oldest": oldest, "newest": newest, "program": b"9.9"}
