"""Clients that ask all the time, each on a thread of its own, until the end of a with block."""

import threading

from support import wire


class SteadyLoad:
    """`statements` go round; `errors` counts what came back as an error."""

    def __init__(self, target, statements, clients=4, database="app", user="app", **parameters):
        self.target, self.statements, self.database, self.user, self.parameters = target, statements, database, user, parameters
        self.is_over = threading.Event()
        self.failure = None
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(clients)]

    def _run(self):
        try:
            with wire.connect(self.target, self.user, self.database, **self.parameters) as client:
                while not self.is_over.is_set():
                    for statement in self.statements:
                        client.query(statement)
        except Exception as failure:
            self.failure = failure

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join(timeout=30)
        if kind is None and self.failure:
            raise self.failure
