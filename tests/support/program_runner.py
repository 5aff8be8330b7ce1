"""Runs random programs against PostgreSQL and through howdah side by side, and compares all answers, message by message."""

import random
import re
import struct

from support import messages, wire
from support.differential import describe
from support.random_program import LONG_NAME, MARK_KINDS, Program

# Each side has tables of its own.
DATABASES = ("app", "postgres")
TIMED_OUT = b"?"  # in place of an answer


class Side:
    """One connection that plays whole programs."""

    def __init__(self, address, database, timeout=60):
        self.connection = wire.connect(address, "postgres", database, timeout=timeout)

    def send(self, content, cuts=()):
        at = 0
        try:
            for cut in (*cuts, len(content)):
                self.connection.send(content[at:cut])
                at = cut
        except OSError:
            pass  # closed already: the answers tell

    def answers(self):
        """All messages up to and with those to MARK."""
        found, kinds, unread = [], b"", self.connection.unread
        while not kinds.endswith(MARK_KINDS):
            at = 0
            while len(unread) - at >= 5:
                size = struct.unpack_from("!i", unread, at + 1)[0] + 1
                if len(unread) - at < size:
                    break
                found.append(bytes(unread[at : at + size]))
                kinds += found[-1][:1]
                at += size
            del unread[:at]
            if kinds.endswith(MARK_KINDS):
                break
            try:
                chunk = self.connection.receive()
            except TimeoutError:
                found.append(TIMED_OUT)
                break
            if not chunk:
                found.append(b"")
                break
            unread += chunk
        return [one for one in found if one[:1] != b"S"]

    def close(self):
        self.connection.close()


def readable(frame):
    if not frame:
        return "closed"
    if frame == TIMED_OUT:
        return "no answer in time"
    # Of a name PostgreSQL minds 63 bytes; in its errors it may repeat more.
    one = wire.Message(chr(frame[0]), frame[5:].replace(LONG_NAME.encode(), LONG_NAME[:63].encode()))
    if one.kind in "EN":
        text = one.fields.get("M", "")
        if one.fields.get("C") == "08P01":  # a client with two names for one text may read the other one
            text = re.sub('prepared statement "[^"]*"', "prepared statement", text)
        return f"{one.kind} {one.fields.get('V')} {one.fields.get('C')} {text}"
    return describe(one)


def is_same(expected, found):
    if expected == found:
        return True
    return expected[:1] == found[:1] and expected[:1] in (b"E", b"N") and readable(expected) == readable(found)


def is_known_difference(expected, found, was_failed):
    """In a failed transaction a statement that the server happens to lack cannot be prepared, so that what PostgreSQL says
    of it instead (its description, that its name is taken, that the parameters do not fit) is not to be had."""
    code = readable(found).split()[2] if found[:1] == b"E" else ""
    # ROLLBACK and EXECUTE, or PREPARE, in one text.
    if code == "26000" and was_failed:
        return True
    if found[:1] == b"C" and was_failed and readable(expected).startswith("E ERROR 42P05"):
        return True
    return code == "25P02" and expected[:1] in (b"t", b"E")


READY_IN_FAILED = messages.message("Z", b"E")


class Difference(AssertionError):
    pass


def first_difference(expected, found):
    for place in range(max(len(expected), len(found))):
        pair = [side[place] if place < len(side) else None for side in (expected, found)]
        if None in pair or not is_same(*pair):
            return place
    return None


def request_lines(batch):
    lines, at = [], 0
    while at < len(batch):
        size = struct.unpack_from("!i", batch, at + 1)[0] + 1
        lines.append(f"{chr(batch[at])} {batch[at + 5 : at + size][:120]!r}")
        at += size
    return lines


def report(seed, number, sent, expected, found):
    sides = [[readable(one) for one in side] for side in (expected, found)]
    asked = [line for batch in sent for line in ["--", *request_lines(batch)]]
    return "\n".join([f"seed {seed}, batch {number}:", *asked, "", "PostgreSQL:", *sides[0], "", "through howdah:", *sides[1]])


class Runner:
    """A pair of connections that plays one program after the other."""

    def __init__(self, direct, target, table):
        self.direct_address, self.target_address, self.table = direct, target, table
        self.known = 0
        self.connect()
        for side in self.sides:
            side.connection.query(f"create table if not exists {table} (id int)")

    def connect(self):
        self.sides = [Side(*one) for one in zip((self.direct_address, self.target_address), DATABASES)]

    def play(self, seed):
        dice = random.Random(seed)
        batches = Program(seed, self.table).batches()
        is_over, self.last_ready = False, b""
        for number, batch in enumerate(batches):
            if is_over and number < len(batches) - 1:
                continue
            cuts = sorted(dice.sample(range(len(batch)), 3)) if dice.random() < 0.2 else ()
            self.sides[0].send(batch)
            expected = self.sides[0].answers()
            self.sides[1].send(batch, cuts)
            found = self.sides[1].answers()
            place = first_difference(expected, found)
            if place is None:
                self.last_ready = expected[-1]
            if place is None and expected[-1] == b"":  # a message that COPY could not take
                self.close()
                return self.connect()
            if place is None or is_over:
                continue
            is_within = place < min(len(expected), len(found))
            was_failed = ([self.last_ready] + [one for one in expected[:place] if one[:1] == b"Z"])[-1] == READY_IN_FAILED
            if is_within and is_known_difference(expected[place], found[place], was_failed):
                self.known += 1
                is_over = True
                continue
            raise Difference(report(seed, number, batches[: number + 1], expected, found))

    def close(self):
        for side in self.sides:
            side.close()


def play_all(direct, target, seeds, table):
    """How many programs met the known difference."""
    runner = Runner(direct, target, table)
    try:
        for seed in seeds:
            runner.play(seed)
    finally:
        runner.close()
    return runner.known
