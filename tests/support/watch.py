"""Watches PostgreSQL while a test works: what pg_stat_activity showed at most."""

import threading

from support.waiting import wait_until


class ServerCount:
    """Counts the connections to one database, again and again, in a thread of its own."""

    def __init__(self, postgres, database="app"):
        self.connection = postgres.connect()
        self.database = database
        self.most = self.samples = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self):
        cursor = self.connection.cursor()
        while not self._stopped.is_set():
            cursor.execute("select count(*) from pg_stat_activity where datname = %s", (self.database,))
            self.most = max(self.most, cursor.fetchone()[0])
            self.samples += 1

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._thread.join()
        self.connection.close()


def run_in_threads(count, work, timeout=100):
    """Runs work(0) … work(count - 1) at the same time; the first failure is raised."""
    failures = []

    def guarded(number):
        try:
            work(number)
        except BaseException as failure:  # handed to the test's own thread
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(n,), daemon=True) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout)
    if failures:
        raise failures[0]
    assert not any(thread.is_alive() for thread in threads), "a client hangs"


def wait_for_servers(postgres, count, database="app", where="true"):
    wait_until(
        lambda: postgres.connections(database, where) == count,
        f"{database} has {count} servers where {where}",
    )
