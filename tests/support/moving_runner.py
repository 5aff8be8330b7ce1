"""Plays the steps of a leak program on a client that gets another server whenever it can, and on a direct connection, and
compares every answer, and what the two can tell of their sessions in between."""

import random

from support import messages, wire
from support.differential import describe
from support.fingerprint import QUESTION, differences, facts_in
from support.leak_program import Client

USER = "postgres"
DATABASES = ("postgres", "app")  # of the direct connection, and through howdah: what one locks is free for the other
LENGTHS = (2, 4, 8, 12)
# What depends on all that a backend has met: an error where it does not know the name; an error where it has had a temporary table.
# And what only one backend of all can have.
OF_THE_BACKEND = ("reset app.tenant", "set temp_buffers = 200", "select pg_replication_origin_session_setup('leaks')")
ALL_ANEW = ("truncate leaks.rows, leaks.counted, leaks.numbered restart identity; select setval('leaks.numbers', 1);"
            " drop table if exists public.unqualified, leaks.unqualified")


def line_of(one):
    if one.kind == "T":  # without the numbers of tables and columns
        return f"T {one.columns}"
    if one.kind == "A":  # without the process
        return f"A {wire.c_strings(one.body[4:])}"
    return describe(one)


def lines_of(answer):
    """Without the parameters that are reported: behind a RESET howdah sets the client's own anew, and says so. What the client
    believes in the end is looked at with the rest."""
    return [line_of(one) for one in answer.messages if one.kind != "S"]


def look(client):
    """What it can tell of its session. Without what has howdah's own names, and locks that are named by numbers of their
    database."""
    facts = facts_in(client.query(QUESTION))
    kept = {key: value for key, value in facts.items()
            if key[0] != "protocol statement" and (key[0] != "lock" or key[1].startswith("advisory"))}
    return kept | {("reported", name): value for name, value in client.parameters.items()}


class Mover:
    """A pool of two servers, one of which is always taken by one of two clients."""

    def __init__(self, howdah):
        self.console = wire.connect(howdah, USER, "howdah")
        self.holder, self.other = [wire.connect(howdah, USER, DATABASES[1]) for _ in range(2)]
        self.holder.query("begin; select 1")
        self.moves = 0

    def move(self):
        """Takes the server that is free, if one is, and gives the other one away."""
        servers = self.console.query("show servers")
        state = servers.columns.index("state")
        if not any(row[state] == "idle" for row in servers.rows):
            return
        self.other.query("begin; select 1")
        self.holder.query("commit")
        self.holder, self.other = self.other, self.holder
        self.moves += 1

    def close(self):
        for client in (self.console, self.holder, self.other):
            client.close()


class MovingRunner:
    def __init__(self, direct, howdah):
        self.addresses = (direct, howdah)
        self.mover = Mover(howdah)

    def play(self, seed):
        """The client that was played, and in what the answers differ, as by fingerprint.differences."""
        client = Client(random.Random(seed), LENGTHS, without=OF_THE_BACKEND)
        sides = [wire.connect(*one, **client.startup) for one in zip(self.addresses, [USER] * 2, DATABASES)]
        try:
            for side in sides:
                side.query(ALL_ANEW)
                side.query("discard sequences")
            return client, self.play_steps(client, sides)
        finally:
            for side in sides:
                side.send(messages.TERMINATE)
                side.close()

    def play_steps(self, client, sides):
        for step in client.steps:
            self.mover.move()
            for side in sides:
                side.send(step.content)
            for _ in range(step.ready_count):
                expected, found = [side.ready() for side in sides]
                if lines_of(expected) != lines_of(found):
                    return [(("answer", step.text), "\n".join(lines_of(expected)), "\n".join(lines_of(found)))]
            self.mover.move()
            found = differences(*map(look, sides))
            if found:
                return found
        return []

    def close(self):
        self.mover.close()
