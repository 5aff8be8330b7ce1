"""A server that answers at once, without doing anything: in PostgreSQL's place, it leaves all the work to the pooler."""

import os
import shutil
import signal
import subprocess
import tempfile

from support import compiled, processes
from support.waiting import wait_until


class StubServer:
    """tests/bench/stub.cpp under the attributes of support.postgres.Postgres."""

    def __init__(self):
        self.host = "127.0.0.1"
        self.port = processes.free_port()
        self.folder = self.socket_folder = tempfile.mkdtemp(prefix="howdah-stub-")
        self.process = None
        os.chmod(self.folder, 0o755)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")

    def start(self):
        # As the user that PgBouncer runs as, who may connect to its socket then.
        self.process = subprocess.Popen(
            [compiled.program("stub"), str(self.port), f"{self.folder}/.s.PGSQL.{self.port}"],
            stdin=subprocess.DEVNULL,
            preexec_fn=processes.die_with_parent,
            **processes.as_user("postgres"),
        )
        wait_until(lambda: processes.accepts(self.port), "the stub accepts connections")
        return self

    def backend(self):
        return f"host={self.folder} port={self.port}"

    def remove(self):
        if self.process:
            processes.stop(self.process, signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)
