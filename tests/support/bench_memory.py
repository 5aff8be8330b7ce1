"""What an idle client costs a pooler: memory of many that are logged in, and again after each has run a named statement."""

import contextlib

from support import messages, usage, wire
from support.waiting import wait_until

STATEMENT = messages.parse("shared", "select 1") + messages.bind(statement="shared") + messages.execute() + messages.SYNC


def _settled(pid, measure):
    """The memory, once it no longer changes from one look to the next."""
    looks = [-1]

    def is_settled():
        looks.append(measure(pid))
        return abs(looks[-1] - looks[-2]) <= 8

    wait_until(is_settled, "the memory settles", pause=0.3)
    return looks[-1]


def kilobytes_per_client(target, count, prepares, measure=usage.own_kilobytes, tls=None):
    """Two figures: after the log-in, and with a named statement that all share (None where `prepares` is false)."""
    pid = target.process.pid
    with wire.connect(target, "app", "app", tls=tls) as first:
        first.query("select 1")  # the pool is full, whatever it keeps once is there
        before = _settled(pid, measure)
        with contextlib.ExitStack() as ends:
            clients = [ends.enter_context(wire.connect(target, "app", "app", tls=tls)) for _ in range(count)]
            logged_in = (_settled(pid, measure) - before) / count
            if not prepares:
                return logged_in, None
            for client in clients:
                client.run(STATEMENT)
            return logged_in, (_settled(pid, measure) - before) / count
