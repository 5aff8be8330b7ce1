"""The nine ways in which a client of the leak test leaves its server. Each ends with a closed socket."""

import select

from support.messages import SYNC, TERMINATE, bind, copy_data, execute, extended, message, parse, query
from support.waiting import wait_until

SLEEP = "select pg_sleep(60)"
HALF_MESSAGES = (
    message("Q", b"select set_conf", 5000), message("P", b"\0sel", 900), b"Q\0", b"B", message("B", b"\0\0\0", 700),
    message("d", b"1\t", 300), extended("set work_mem = '21MB'") + b"S\0\0",
    query("begin") + query("set role app; select pg_advisory_lock(90)") + message("Q", b"comm", 11),
)
LAST_BATCHES = (
    query("begin; set work_mem = '22MB'; select pg_advisory_lock(91)"),
    query("begin; create temp table last (id int); declare last_cursor cursor with hold for select 1; listen last"),
    query("begin") + extended("set role app") + extended("select set_config('app.tenant', 'last', false)") + SYNC,
    query("begin; savepoint one; set work_mem = '23MB'; rollback to one; prepare last as select 1"),
    query("begin; set local role app; select 1/0"),
    query("begin; set session characteristics as transaction read only; set app.tenant = 'last'"),
)
WITHOUT_SYNC = extended("begin") + extended("select pg_advisory_lock(92)")


class Leaving:
    """`client` is logged in, on the server `backend`; `kill(backend)` ends it, `is_asleep(backend)` tells whether it is in
    pg_sleep. `variant` is a number that stands for all that is left to chance."""

    def __init__(self, client, variant, backend, kill, is_asleep):
        self.client, self.variant, self.backend, self.kill, self.is_asleep = client, variant, backend, kill, is_asleep

    def pick(self, choices):
        choice = choices[self.variant % len(choices)]
        self.variant //= len(choices)
        return choice

    def go(self, ways=("terminate", "end_of_file", "reset")):
        getattr(self, self.pick(ways))()

    def terminate(self):
        self.client.send(TERMINATE)
        self.client.close()

    def end_of_file(self):
        self.client.close()

    def reset(self):
        self.client.reset()

    def in_message(self):
        self.client.send(self.pick(HALF_MESSAGES))
        self.go(("end_of_file", "reset"))

    def in_transaction(self):
        last = self.pick([*LAST_BATCHES, WITHOUT_SYNC])
        self.client.send(last)
        if last != WITHOUT_SYNC and self.pick([True, True, False]):
            self.client.read_until("ZE")
        self.go()

    def in_copy(self):
        copy_in = query("rollback") + query("begin; set work_mem = '24MB'; select pg_advisory_lock(93); copy leaks.rows from stdin")
        copy_in_extended = query("rollback") + parse("", "copy leaks.rows from stdin") + bind() + execute() + SYNC
        copy_out = query("rollback") + query(
            "select set_config('app.tenant', 'copied', false);"
            "copy (select repeat('x', 1000) from generate_series(1, 5000)) to stdout")
        start, first = self.pick([(copy_in, "GE"), (copy_in_extended, "GE"), (copy_out, "dE")])
        self.client.send(start)
        found = self.client.read_until(first)
        if found.kinds.endswith("G"):
            self.client.send(self.pick([copy_data("1\tone\n"), copy_data("1\tone\n") + message("d", b"2\tt", 5000), b""]))
        self.go()

    def start_to_sleep(self):
        state = "set work_mem = '25MB'; select pg_advisory_lock(94); "
        self.client.query("rollback")
        self.client.send(self.pick([query(SLEEP), extended(SLEEP) + SYNC, query(state + SLEEP), query(f"begin; {state}{SLEEP}")]))

    def sleep(self):
        """Until the backend sleeps, or an answer tells that it did not or no longer does."""
        self.start_to_sleep()
        wait_until(lambda: self.is_asleep(self.backend) or self.has_answer(), "the query runs", pause=0.001)

    def has_answer(self):
        return select.select([self.client.socket], [], [], 0)[0]

    def after_cancel(self):
        self.sleep()
        self.client.cancel()
        if self.pick([True, False]):
            self.client.read_until("E")
        self.go()

    def after_timeout(self):
        """PostgreSQL's own limit, often; howdah's, which are longer, now and then."""
        kind = self.pick(["statement", "statement", "statement", "statement", "idle", "query"])
        if kind == "statement":
            self.client.send(query(f"rollback; set statement_timeout = '5ms'; {SLEEP}"))
            self.client.read_until("E")
        elif kind == "idle":
            self.client.send(query("rollback") + self.pick(LAST_BATCHES))
            self.client.read_to_end()
        else:
            self.start_to_sleep()
            self.client.read_until("E")
        self.go()

    def killed(self):
        how = self.pick(["idle", "transaction", "asleep"])
        if how == "transaction":
            self.client.send(query("begin; set work_mem = '26MB'"))
            self.client.read_until("ZE")
        if how == "asleep":
            self.sleep()
        self.kill(self.backend)
        self.go()


WAYS = {
    "by Terminate": Leaving.terminate,
    "at end of file": Leaving.end_of_file,
    "by reset": Leaving.reset,
    "in a message": Leaving.in_message,
    "in a transaction": Leaving.in_transaction,
    "in COPY": Leaving.in_copy,
    "after a cancel": Leaving.after_cancel,
    "after a time-out": Leaving.after_timeout,
    "killed": Leaving.killed,
}
