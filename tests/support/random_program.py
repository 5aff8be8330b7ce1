"""Random but repeatable programs about prepared statements: short ones, so that many fit into a minute.

A program is a list of batches of bytes. Each batch ends so that what the server answers to its end is the same whatever came
before: MARK closes so many portals that are not there as no program does."""

import random

from support.messages import (
    COPY_DONE, FLUSH, SYNC, bind, close_portal, close_statement, copy_data, copy_fail, describe_portal, describe_statement,
    execute, function_call, parse, query,
)

MARK_KINDS = b"33333Z"
MARK = close_portal("mark") * 5 + SYNC

LONG_NAME = "n" * 70
NAMES = ("", "", "", "a", "a", "b", "c", "d", "A", "howdah_1", "howdah_none", LONG_NAME)
TEXTS = (
    "select $1::text", "select $1::int + 1", "select 1 as one, 'x' as two", "select n from generate_series(1, 7) n", "select 1/0",
    "insert into {rows} values (1) returning id + 0", "insert into {rows} values (2)", "delete from {rows}", "select count(*) from {rows}",
    "selekt", "select * from nowhere", "", "begin", "commit", "rollback", "savepoint s", "rollback to s", "show work_mem",
    "set local work_mem = '1MB'", "copy (select n from generate_series(1, 3) n) to stdout",
    "do $$ begin raise notice 'note'; end $$",
)
SHARED_TEXTS = tuple(f"select {n}, 'shared'" for n in range(6))
# PostgreSQL itself does not survive an EXECUTE of one of these everywhere.
TRANSACTION_TEXTS = ("begin", "commit", "rollback", "savepoint s", "rollback to s")
STATEMENT_TEXTS = (
    "deallocate {name}", "DEALLOCATE PREPARE {name}", "deallocate all", "/* x */ Deallocate /* y */ All", "discard all",
    "prepare {name} as select 'by sql'", "prepare {name} as select 'other'", "execute {name}", "execute {name}", "execute {name}",
    "deallocate {name}; prepare {name} as select 'again'", "execute {name}; execute {name}", "discard plans",
    "explain (costs off) execute {name}", "select 'execute a' as text", "declare c cursor for select 1", "close all",
)


class Program:
    def __init__(self, seed, table):
        self.dice = random.Random(seed)
        self.table = table
        # Some programs keep to few names, so that one is met in more ways.
        self.names = NAMES if self.dice.random() < 0.5 else ("", "a", "a", "b")
        self.is_about_sql = self.dice.random() < 0.5
        self.kinds = [self.run, self.pieces, self.query, self.end, self.copy]
        self.weights = [6, 6, 3, 5, self.dice.choice([0, 0, 2])]

    def name(self):
        return self.dice.choice(self.names)

    def sql_name(self):
        name = self.dice.choice([name for name in self.names if not name.startswith("howdah")]) or "a"
        return f'"{name}"' if self.dice.random() < 0.3 else name

    def text(self, name=""):
        # A statement with a name does not execute others: it could be itself.
        if self.is_about_sql and not name and self.dice.random() < 0.4:
            return self.dice.choice(STATEMENT_TEXTS).format(name=self.sql_name())
        texts = SHARED_TEXTS if self.dice.random() < 0.4 else TEXTS
        text = self.dice.choice(texts)
        return "select 3" if self.is_about_sql and name and text in TRANSACTION_TEXTS else text.format(rows=self.table)

    def values(self, sql=""):
        if "$1" not in sql and self.dice.random() < 0.9:
            return []
        return [self.dice.choice(["7", "x", None])] if "$1::text" in sql else ["7"]

    def parse(self, name, sql):
        return parse(name, sql, self.dice.choice([(), (), (), (25,)]) if "$1::text" in sql else ())

    def run(self):
        name, portal = self.name(), self.dice.choice(["", "", "", "a"])
        sql = self.text(name)
        content = close_statement(name) if name and self.dice.random() < 0.4 else b""
        content += self.parse(name, sql)
        if self.dice.random() < 0.3 and not self.is_about_sql:  # whether an EXECUTE has rows depends on its history
            content += describe_statement(name)
        if self.dice.random() < 0.2:
            content += self.end()
        content += bind(portal, name, self.values(sql))
        if self.dice.random() < 0.4:
            content += describe_portal(portal)
        return content + execute(portal, self.dice.choice([0, 0, 0, 2]))

    def pieces(self):
        name, portal = self.name(), self.dice.choice(["", "", "", "a"])
        return self.dice.choice([
            lambda: bind(portal, name, self.values()) + execute(portal),
            lambda: bind(portal, name, self.values()) + execute(portal),
            lambda: bind(portal, name, ["1"]) + describe_portal(portal) + execute(portal),
            lambda: b"" if self.is_about_sql else describe_statement(name),
            lambda: close_statement(name),
            lambda: close_portal(name),
            # Not alone: PostgreSQL 15 ends in a segmentation fault where the transaction of the portal has failed.
            lambda: bind(portal, name, self.values()) + execute(portal, 2) + execute(portal),
            lambda: self.parse(name, self.text(name)),
            lambda: self.parse(name, self.text(name)) + SYNC,
        ])()

    def query(self):
        return query("; ".join(self.text().replace("$1", "'5'") for _ in range(self.dice.choice([1, 1, 1, 2]))))

    def end(self):
        return self.dice.choice([SYNC, SYNC, SYNC, SYNC, FLUSH, function_call(177, 1, 2), function_call(154, 1, 0)])

    def copy(self):
        return self.dice.choice([
            copy_data("5\n"), copy_data("bad\n"), copy_data("6\n7\n") + COPY_DONE, COPY_DONE, copy_fail(),
            query(f"copy {self.table} from stdin") + copy_data("8\n") + COPY_DONE,
            parse("", f"copy {self.table} from stdin") + bind() + execute() + copy_data("9\n") + COPY_DONE + parse("", "select 1"),
        ])

    def batch(self):
        kinds = self.dice.choices(self.kinds, self.weights, k=self.dice.choice([1, 1, 2, 3, 4, 6]))
        content = b"".join(kind() for kind in kinds)
        return content + (copy_fail() if self.weights[-1] or b"copy" in content else b"") + SYNC + MARK

    def batches(self):
        return [self.batch() for _ in range(self.dice.randint(2, 7))] + [self.reset()]

    def reset(self):
        """All is as at the start behind it."""
        forget = self.dice.choice(["discard all", "deallocate all", "deallocate all"])
        return query("rollback") + query(forget) + query(f"delete from {self.table}") + MARK
