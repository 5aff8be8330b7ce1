"""Clients that transfer money all the time and keep a ledger of what was acknowledged: afterwards each acknowledged
transfer must be in the database, once, and none of those that were told to have failed before their COMMIT."""

import functools
import itertools
import time

from support import wire
from support.threaded_load import ThreadedLoad

TABLES = """create table accounts (id int primary key, balance int not null);
create table transfers (id int not null, client int not null);
grant all on accounts, transfers to app;
insert into accounts select number, 1000 from generate_series(0, 99) number"""


class Failure:
    """A transfer that was not acknowledged."""

    def __init__(self, number, begun, request, is_unknown, why):
        self.number, self.begun, self.ended, self.request, self.why = number, begun, time.monotonic(), request, why
        self.is_unknown = is_unknown  # its COMMIT was under way: it may be there

    def __repr__(self):
        return f"transfer {self.number}: {self.why} in {self.request!r}, begun {self.begun:.3f}, failed {self.ended:.3f}"


class LedgerLoad(ThreadedLoad):
    """Runs in a with block. Transfers by even clients are a transaction of several requests, by odd ones one request."""

    def __init__(self, target, clients=8, database="app", user="app"):
        super().__init__([functools.partial(self._run, client) for client in range(clients)])
        self.target, self.database, self.user = target, database, user
        self.numbers = itertools.count(1)
        self.acknowledged = []
        self.failures = []

    def _run(self, client):
        while not self.is_over.is_set():
            with wire.connect(self.target, self.user, self.database) as connection:
                while not self.is_over.is_set() and self._transfer(connection, client):
                    pass

    def _transfer(self, connection, client):
        """Whether the connection is still good."""
        number = next(self.numbers)
        begun = time.monotonic()
        source, destination = number % 100, (number * 7 + 1) % 100
        work = [
            f"update accounts set balance = balance - 1 where id = {source}",
            f"update accounts set balance = balance + 1 where id = {destination}",
            f"insert into transfers values ({number}, {client})",
        ]
        requests = [";".join(work)] if client % 2 else ["begin", *work, "commit"]
        for request in requests:
            is_last = request is requests[-1]
            try:
                result = connection.query(request)
                why = result.sqlstate
            except (wire.ConnectionClosed, OSError):
                result, why = None, "connection closed"
            if why is None:
                continue
            # Whether a COMMIT was done that ended with the connection nobody knows.
            self.failures.append(Failure(number, begun, request, is_last and result is None, why))
            if result is None:
                return False
            connection.query("rollback")
            return True
        self.acknowledged.append(number)
        return True

    def check(self, cluster):
        """Against the database, behind the pooler's back."""
        rows = [row[0] for row in cluster.rows("select id from transfers order by id", database=self.database)]
        there = set(rows)
        assert len(rows) == len(there), "a transfer is there twice"
        assert not set(self.acknowledged) - there, "acknowledged, and not there"
        undone = [failure for failure in self.failures if not failure.is_unknown and failure.number in there]
        assert not undone, f"failed, and there: {undone}"
        assert cluster.value("select sum(balance) from accounts", database=self.database) == 100 * 1000
