"""A session that is made to move between the servers of a pool of two: others hold the one that it is not to get."""

from contextlib import contextmanager

from support import wire


class TwoServers:
    """`howdah` has a pool of two servers for database app. Knows them by their process ids."""

    def __init__(self, howdah):
        self.howdah = howdah
        self.holders = [self.connect(), self.connect()]
        for holder in self.holders:
            holder.query("begin; select 1")
        self.servers = [holder.query("select pg_backend_pid()").rows[0][0] for holder in self.holders]
        for holder in self.holders:
            holder.query("commit")
        assert len(set(self.servers)) == 2

    def connect(self, **parameters):
        return wire.connect(self.howdah, "app", "app", **parameters)

    @contextmanager
    def only(self, number):
        """Whoever asks in here gets server `number`, 0 or 1. The other one is held by its holder, which had it last."""
        holder = self.holders[1 - number]
        held = holder.query("begin; select pg_backend_pid()").rows[0][0]
        if held != self.servers[1 - number]:  # then it is free now, and the other one is held instead
            other = self.holders[number]
            assert other.query("begin; select pg_backend_pid()").rows[0][0] == self.servers[1 - number]
            holder.query("commit")
            self.holders[0], self.holders[1] = self.holders[1], self.holders[0]
            holder = other
        try:
            yield
        finally:
            holder.query("commit")

    def on(self, number, client, content):
        """All answers up to ReadyForQuery from that server."""
        with self.only(number):
            return client.run(content)

    def query(self, number, sql):
        """By another client, on that server."""
        with self.only(number), self.connect() as client:
            return client.query(sql)

    def prepared(self, number):
        """Names of the statements on that server."""
        return [row[0] for row in self.query(number, "select name from pg_prepared_statements order by prepare_time").rows]

    def close(self):
        for holder in self.holders:
            holder.close()
