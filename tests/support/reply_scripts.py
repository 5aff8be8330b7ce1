"""Scripts of requests with the types of PostgreSQL's answers: tests/protocol/recorded_replies.txt, and how it was recorded.

Run as a program it records anew: python3 -m support.reply_scripts > protocol/recorded_replies.txt, in the folder tests.
A line is one script on one connection: requests, each with the types of the replies that it got before the next one was sent.
"""

import fcntl
import pathlib
import random
import select
import termios

from support import messages
from support.wire import Connection

FILE = pathlib.Path(__file__).resolve().parents[1] / "protocol" / "recorded_replies.txt"

SETUP = (
    "drop table if exists plain_rows, unique_rows, deferred_rows cascade",
    "create table plain_rows (n int)",
    "create view rows_view as select n from plain_rows",
    "create table unique_rows (n int primary key)",
    "insert into unique_rows values (1)",
    "create table deferred_rows (n int unique deferrable initially deferred)",
    "insert into deferred_rows values (1)",
)

STATEMENTS = (
    "",
    "select 1",
    "select n from generate_series(1, 3) n",
    "select 1/0",
    "selekt",
    "begin",
    "commit",
    "rollback",
    "copy plain_rows from stdin",
    "copy (select 1) to stdout",
    "do $$ begin raise notice 'note'; end $$",
    "set application_name = 'recorded'",
    "insert into plain_rows values (1)",
    "copy rows_view from stdin",  # fails behind its CopyInResponse, before it has read anything
    "copy unique_rows from stdin",  # fails at its end
    "insert into deferred_rows values (1)",  # fails at the commit
    "copy plain_rows from stdin; copy plain_rows from stdin",
    "copy plain_rows from stdin; select 1",
    "select 1; select 1/0; select 1",
    "select 1; commit; begin",
)
ONLY_SIMPLE = {16, 17, 18, 19}

FIXED = {
    "P": lambda n: messages.parse("", STATEMENTS[n]),
    "Q": lambda n: messages.query(STATEMENTS[n]),
    "E": lambda n: messages.execute("", n),
    "F": lambda n: messages.function_call((177, 154, 99999999)[n], 1, (2, 0, 0)[n]),
    "d": lambda n: messages.copy_data(("1\n", "bad\n", "1")[n]),
    "D": lambda n: (messages.describe_portal, messages.describe_statement)[n](),
    "C": lambda n: (messages.close_portal, messages.close_statement)[n](),
    "H": lambda n: messages.message("H", b"x" * n),
    "S": lambda n: messages.message("S", b"x" * n),
    "B": lambda n: messages.bind(values=["1"] * n),
    "c": lambda n: messages.COPY_DONE,
    "f": lambda n: messages.copy_fail(),
}


def content(step):
    """The bytes of a step: a type letter and a number that says which of its kind."""
    return FIXED[step[0]](int(step[1:]))


def load():
    """(line number, [(step, replies)]) of every script."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    scripts = [(at, line.split()) for at, line in enumerate(lines, 1) if line and not line.startswith("#")]
    return [(at, [tuple(token.split(":")) for token in tokens]) for at, tokens in scripts]


def prepare(server):
    connection = server.connect()
    for statement in SETUP:
        connection.cursor().execute(statement)
    connection.close()


class Recorder:
    """One connection; waits after each message until its server waits for the next one."""

    def __init__(self, server):
        self.client = Connection(server.folder, server.port).login("postgres", "postgres")
        self.watcher = server.connect().cursor()

    def play(self, step):
        self.client.send(content(step) + messages.FLUSH)
        found = ""
        is_done = False
        while not is_done:
            is_done = self._is_waiting()  # asked before the last look at the socket
            while self.client.unread or select.select([self.client.socket], [], [], 0)[0]:
                found += self.client.read().kind
        return found

    def _is_waiting(self):
        """The server has read all that was sent, which a Unix socket tells, and is back at its next read."""
        if fcntl.ioctl(self.client.socket, termios.TIOCOUTQ, b"\0" * 4) != b"\0" * 4:
            return False
        self.watcher.execute("select wait_event from pg_stat_activity where pid = %s", (self.client.process_id,))
        return self.watcher.fetchone()[0] == "ClientRead"

    def close(self):
        self.client.close()
        self.watcher.connection.close()


# How often each type of message comes, by where the server is.
MIXES = {
    "open": {"P": 6, "B": 2, "D": 2, "E": 3, "C": 1, "S": 3, "H": 1, "Q": 4, "F": 1, "c": 1, "f": 1},
    "skipping": {"P": 1, "E": 1, "S": 4, "H": 1, "Q": 1, "F": 1, "c": 1},
    "copying": {"d": 4, "c": 3, "f": 1, "S": 3, "H": 1},
}


def _number(generator, letter):
    return {
        "P": lambda: generator.choice([n for n in range(len(STATEMENTS)) if n not in ONLY_SIMPLE] + [8, 8, 13, 14]),
        "Q": lambda: generator.choice([*range(len(STATEMENTS)), 8, 13, 14, 16, 17]),
        "E": lambda: generator.choice([0, 0, 0, 2]),
        "F": lambda: generator.choice([0, 1, 2]),
        "d": lambda: generator.choice([0, 0, 1, 2]),
        "D": lambda: generator.choice([0, 0, 1]),
        "C": lambda: generator.choice([0, 1]),
        "H": lambda: generator.choice([0, 0, 1]),
        "S": lambda: generator.choice([0] * 9 + [1]),
        "B": lambda: generator.choice([0] * 9 + [1]),
    }.get(letter, lambda: 0)()


def _next_steps(generator, place):
    letter = generator.choices(*zip(*MIXES[place].items()))[0]
    steps = [f"{letter}{_number(generator, letter)}"]
    return steps + ["B0", "E0"] if letter == "P" and generator.random() < 0.8 else steps


def _place_after(place, replies):
    """Where the server is after its replies to one message."""
    return {"": place, "G": "copying", "E": "skipping"}.get(replies[-1:], "open")


def record(server, seed, length=16):
    """A random script that goes on as the answers allow: nothing but COPY data goes into a copy-in."""
    generator, recorder, script, place = random.Random(seed), Recorder(server), [], "open"
    while len(script) < length:
        for step in _next_steps(generator, place):
            script.append((step, recorder.play(step)))
            place = _place_after(place, script[-1][1])
            if place != "open":
                break
    recorder.close()
    return script


def main(count=300):
    from support.postgres import Postgres

    server = Postgres().start()
    try:
        prepare(server)
        print("# Made by tests/support/reply_scripts.py: what PostgreSQL answered. The numbers are those of its tables.")
        for seed in range(count):
            print(" ".join(f"{step}:{replies}" for step, replies in record(server, seed)))
    finally:
        server.remove()


if __name__ == "__main__":
    main()
