"""Plays one script of bytes against PostgreSQL and against the program under test, and compares what a client can tell:
message types, severity and SQLSTATE of errors, every byte of the rest, and whether the connection stays open.

A script is a list of steps: bytes to send, or one of the functions below."""

import struct

from support import messages, wire

WAYS_TO_CUT = {"whole": None, "byte by byte": 1}


def _code(one):
    code = struct.unpack("!i", one.body[:4])[0]
    return f"R {code} {one.body[4:]!r}" if code == 10 else f"R {code}"


def describe(one):
    """A message without what may differ from one connection to the next."""
    if one.kind in "EN" and one.body:
        return f"{one.kind} {one.fields.get('V')} {one.fields.get('C')}"
    if one.kind == "R":
        return _code(one)
    if one.kind == "K":
        return f"K of {len(one.body)} bytes"
    return f"{one.kind} {one.body!r}"


def _is_settled(one):
    """The server waits for us: ready for a query, or for a password."""
    return one.kind == "Z" or (one.kind == "R" and one.body[:4] not in (b"\0\0\0\0", b"\0\0\0\x0c"))


class _Player:
    def __init__(self, connection, piece):
        self.connection, self.piece, self.lines = connection, piece, []
        self.is_closed = False

    def send(self, content):
        try:
            if self.piece:
                self.connection.send_in_pieces(content, max(self.piece, len(content) // 300))
            else:
                self.connection.send(content)
        except OSError:
            pass  # closed already: the next read tells

    def note(self, line):
        self.lines.append(line)

    def read(self, is_last):
        """Notes messages up to the one for which `is_last` holds, or the close. ParameterStatus comes in any order."""
        try:
            while True:
                one = self.connection.read()
                self.note(describe(one))
                if is_last(one):
                    return
        except wire.ConnectionClosed as end:
            self.is_closed = True
            self.note("closed" if str(end).startswith("0 of") else f"closed in a message: {end}")
        except TimeoutError:
            self.is_closed = True
            self.note("silent")
        except AssertionError as odd:  # what protocol 2 was answered
            self.is_closed = True
            self.note(str(odd))

    def transcript(self):
        result, batch = [], []
        for line in [*self.lines, None]:
            if line is not None and line.startswith("S "):
                batch.append(line)
            else:
                result += sorted(batch) + [line]
                batch = []
        return result[:-1]


def settled(player):
    """Reads until the server waits for us."""
    player.read(_is_settled)


def until(kinds):
    """Reads up to the first message of these types."""
    return lambda player: player.read(lambda one: one.kind in kinds)


def to_the_end(player):
    """Reads until the server closes."""
    player.read(lambda one: False)


def end_of_file(player):
    player.connection.finish_sending()


def raw(count):
    """Reads bytes that are no message."""

    def step(player):
        try:
            player.note(f"bytes {player.connection.take(count)!r}")
        except wire.ConnectionClosed:
            player.is_closed = True
            player.note("closed")

    return step


def alive(player):
    """Whether a query still works."""
    player.send(messages.query("select 'alive'"))
    player.read(lambda one: one.kind == "Z")


def password(secret):
    """Answers one request for a clear-text password."""
    return messages.password(secret)


def play(connection, script, piece=None):
    """The transcript of the script on this connection, as lines."""
    player = _Player(connection, piece)
    for step in script:
        if player.is_closed:
            break
        if isinstance(step, bytes):
            player.send(step)
        else:
            step(player)
    connection.close()
    return player.transcript()


def is_same(expected, found):
    """Equal; or PostgreSQL closes without a word where howdah says why."""
    if expected == found:
        return True
    return expected[-1:] == ["closed"] and found == [*expected[:-1], "E FATAL 08P01", "closed"]


def compare(direct, target, script, piece=None, login=None, source=None, timeout=10, tls=None, is_like=is_same):
    """Fails where the two differ. `login` are arguments of Connection.login; without it the script starts at once."""
    transcripts = []
    for address, cut in ((direct, None), (target, piece)):
        connection = wire.Connection(address.host, address.port, timeout, source=source)
        if tls:
            connection.start_tls(is_direct=tls == "direct")
        if login:
            connection.login(**login)
        transcripts.append(play(connection, script, cut))
    expected, found = transcripts
    assert "silent" not in expected, f"the script waits for what never comes: {expected}"
    assert is_like(expected, found), "\n".join(["PostgreSQL:", *expected, "", "through howdah:", *found])
    return expected
