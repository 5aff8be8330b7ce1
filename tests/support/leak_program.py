"""Random but repeatable programs of clients that leave state behind: what they ask at their start, their steps, and how
they leave. The same seed gives the same."""

import random
from dataclasses import dataclass

from support import leaky_statements as statements
from support.messages import (
    COPY_DONE, FLUSH, SYNC, bind, close_portal, close_statement, copy_data, describe_portal, execute, extended, function_call,
    parse, query,
)
from support.ways_to_leave import WAYS

# With True also what only the catalog can tell; see leaky_statements.
WITH_HIDDEN = True

STARTUPS = (
    {}, {}, {},
    {"application_name": "shop", "TimeZone": "Asia/Tokyo"},
    {"work_mem": "7MB", "options": "-c app.tenant=start -c intervalstyle=iso_8601"},
    {"client_encoding": "LATIN1", "DateStyle": "German"},
    {"search_path": "leaks, public"},
)
TEMPORARY_FIRST = {"options": "-c search_path=pg_temp,leaks"}  # each table that it makes is temporary
STATEMENT_NAMES = ("a", "a", "b", "named")
PORTAL_NAMES = ("", "a", "portal")
# Short ones too: where one thing keeps the server, nothing is seen of others.
LENGTHS = (1, 1, 1, 2, 2, 3, 5, 8)


@dataclass(frozen=True)
class Step:
    content: bytes
    ready_count: int  # ReadyForQuery that it owes
    text: str


class Client:
    """Its steps, and how it goes. `without` are statements that it is not to use."""

    def __init__(self, dice, lengths, without=()):
        self.dice = dice
        self.startup = dice.choice([*STARTUPS, TEMPORARY_FIRST])
        kinds = statements.leaving(*[statements.HIDDEN] * WITH_HIDDEN)
        self.kinds = [[one for one in kind if one[0] not in without] for kind in kinds]
        self.plain, self.savepoints = statements.lines(statements.PLAIN), statements.lines(statements.SAVEPOINTS)
        self.transactions = statements.lines(statements.TRANSACTIONS)
        self.has_savepoints = dice.random() < 0.3
        # Some are about one kind of state, so that what belongs together meets.
        if dice.random() < 0.4:
            self.kinds = [dice.choice(self.kinds)]
        self.steps = [self._step() for _ in range(dice.choice(lengths))]
        self.way = dice.choice(list(WAYS))
        self.variant = dice.randrange(1000)

    def statement(self):
        """A text, and what is bound to its `$1`."""
        kind = self.dice.random()
        if kind < 0.7:
            sql, values = self.dice.choice(self.dice.choice(self.kinds))
            return sql, [self.dice.choice(values)] if values else []
        if kind < 0.78:
            return self.dice.choice(self.plain)
        return self.dice.choice(self.transactions + (self.savepoints * 3 if self.has_savepoints else []))

    def _step(self):
        shapes = [self.simple, self.several, self.unnamed, self.pipeline, self.named, self.portal, self.call, self.copy]
        return self.dice.choices(shapes, [8, 3, 6, 3, 4, 1, 1, 1])[0]()

    def in_text(self):
        sql, values = self.statement()
        return sql.replace("$1", f"'{values[0]}'") if values else sql

    def simple(self):
        sql = self.in_text()
        return Step(query(sql), 1, f"simple: {sql}")

    def several(self):
        sql = "; ".join(self.in_text() for _ in range(self.dice.randint(2, 3)))
        return Step(query(sql), 1, f"simple: {sql}")

    def unnamed(self):
        sql, values = self.statement()
        return Step(extended(sql, values) + SYNC, 1, f"extended: {sql} {values}")

    def pipeline(self):
        content, texts, ready_count = b"", [], 1
        for _ in range(self.dice.randint(2, 4)):
            sql, values = self.statement()
            content += extended(sql, values, describe=self.dice.random() < 0.5)
            end = self.dice.choice(["", "", "flush", "sync"])
            content += {"": b"", "flush": FLUSH, "sync": SYNC}[end]
            ready_count += end == "sync"
            texts += [f"{sql} {values}"] + ([end] if end else [])
        return Step(content + SYNC, ready_count, f"pipeline: {' | '.join(texts)}")

    def named(self):
        """Prepared, perhaps run, perhaps only later."""
        name, times = self.dice.choice(STATEMENT_NAMES), self.dice.randint(0, 2)
        if self.dice.random() < 0.3:
            return Step(bind("", name) + execute() + SYNC, 1, f"execute again {name}")
        sql, values = self.statement()
        content = close_statement(name) + parse(name, sql) + SYNC + (bind("", name, values) + execute() + SYNC) * times
        return Step(content, 1 + times, f"named {name}, run {times} times: {sql} {values}")

    def portal(self):
        name = self.dice.choice(PORTAL_NAMES)
        sql = "select n from generate_series(1, 9) n"
        content = parse("", sql) + bind(name) + describe_portal(name) + execute(name, 2)
        if self.dice.random() < 0.3:
            content += close_portal(name)
        return Step(content + SYNC, 1, f"portal {name}, two of: {sql}")

    def call(self):
        """A FunctionCall: int4pl, pg_advisory_xact_lock; pg_advisory_lock, pg_try_advisory_lock, set_config."""
        calls = [(177, "1", "2"), (3089, "83"), (2880, "80"), (2882, "82"), (2078, "work_mem", "32MB", "f")]
        oid, *values = self.dice.choice(calls)
        return Step(function_call(oid, *values), 1, f"function call {oid} {values}")

    def copy(self):
        rows = copy_data("1\tone\n") + copy_data("2\ttwo\n" if self.dice.random() < 0.7 else "bad\n") + COPY_DONE
        sql = "copy leaks.rows from stdin"
        if self.dice.random() < 0.5:
            return Step(query(sql) + rows, 1, f"simple: {sql}")
        return Step(parse("", sql) + bind() + execute() + rows + SYNC, 1, f"extended: {sql}")

    def text(self):
        return "\n".join([f"client {self.startup}", *(f"  {step.text}" for step in self.steps), f"  leaves {self.way} {self.variant}"])


class LeakProgram:
    """One to three clients, and what the one who looks asks at its start."""

    def __init__(self, seed):
        dice = random.Random(seed)
        self.clients = [Client(dice, LENGTHS) for _ in range(dice.choice([1, 1, 1, 1, 2, 3]))]
        self.startup = dice.choice(STARTUPS)

    def text(self):
        return "\n".join([client.text() for client in self.clients] + [f"then {self.startup}"])
