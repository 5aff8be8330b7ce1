"""Clients that ask all the time, each on a thread of its own, until the end of a with block."""

from support import wire
from support.threaded_load import ThreadedLoad


class SteadyLoad(ThreadedLoad):
    """`statements` go round."""

    def __init__(self, target, statements, clients=4, database="app", user="app", **parameters):
        super().__init__([self._run] * clients)
        self.target, self.statements, self.database, self.user, self.parameters = target, statements, database, user, parameters

    def _run(self):
        with wire.connect(self.target, self.user, self.database, **self.parameters) as client:
            while not self.is_over.is_set():
                for statement in self.statements:
                    client.query(statement)
