"""Plays leak programs through howdah, and looks at what the next client finds."""

from dataclasses import dataclass

from support import wire
from support.fingerprint import Fingerprint, differences
from support.waiting import wait_until
from support.ways_to_leave import WAYS, Leaving

USER, DATABASE = "postgres", "app"
ASLEEP = "select 1 from pg_stat_activity where pid = %s and wait_event = 'PgSleep'"


@dataclass
class Address:
    host: str
    port: int


def by_socket(postgres):
    """As howdah reaches it: TCP has settings of its own."""
    return Address(postgres.socket_folder, postgres.port)


class LeakRunner:
    """`postgres` is the server behind `target`, `watcher` a connection of its administrator."""

    def __init__(self, postgres, target, watcher):
        self.direct, self.target, self.watcher = by_socket(postgres), target, watcher
        self.runs = self.same_backend = 0
        self.backend = None

    def connect(self, address, startup):
        return wire.connect(address, USER, DATABASE, **startup)

    def ask_watcher(self, sql, value):
        with self.watcher.cursor() as cursor:
            cursor.execute(sql, (value,))
            return cursor.fetchall()

    def kill(self, backend):
        self.ask_watcher("select pg_terminate_backend(%s)", backend)
        wait_until(lambda: not self.ask_watcher("select 1 from pg_stat_activity where pid = %s", backend), "it ends", pause=0.001)

    def is_asleep(self, backend):
        return bool(self.ask_watcher(ASLEEP, backend))

    def play(self, program):
        """In what B differs from a fresh log-in, see fingerprint.differences."""
        for client in program.clients:
            self.play_client(client)
        with self.connect(self.target, program.startup) as looking:
            found = Fingerprint(looking)
            backend = looking.query("select pg_backend_pid()").value
        with self.connect(self.direct, program.startup) as fresh:
            expected = Fingerprint(fresh)
        self.runs += 1
        self.same_backend += backend == self.backend
        return differences(expected.facts, found.facts)

    def play_client(self, client):
        connection = self.connect(self.target, client.startup)
        try:
            self.backend = connection.query("select pg_backend_pid()").value
            for step in client.steps:
                connection.send(step.content)
                for _ in range(step.ready_count):
                    connection.ready()
            WAYS[client.way](Leaving(connection, client.variant, self.backend, self.kill, self.is_asleep))
        except TimeoutError:
            raise
        except (wire.ConnectionClosed, OSError):
            pass  # a limit of time was faster
        finally:
            connection.close()
