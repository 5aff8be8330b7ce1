"""The same pgbouncer.ini in PgBouncer itself, and imported in howdah."""

import os
import shutil
import signal
import subprocess
import tempfile

import psycopg2

from support import processes
from support.howdah_process import HowdahProcess, executable
from support.waiting import wait_until


class Pooler:
    """One of the two: where it listens, by TCP and in `folder`."""

    def __init__(self, ini, files):
        """`ini` with {port}, {folder} and {files} in it; `files` by name, readable by its user only."""
        self.folder = tempfile.mkdtemp(prefix="howdah-import-")
        self.port = processes.free_port()
        os.chmod(self.folder, 0o755)
        files = {**files, "pgbouncer.ini": ini}
        for name, content in files.items():
            path = f"{self.folder}/{name}"
            with open(path, "w", encoding="utf-8") as file:
                file.write(content.format(port=self.port, folder=self.folder))
            os.chmod(path, 0o600)
            if os.geteuid() == 0:
                shutil.chown(path, "postgres", "postgres")
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.ini = f"{self.folder}/pgbouncer.ini"

    def connect(self, database, user, password=None, source=None):
        """By the Unix socket, or by TCP from the address `source`."""
        host = source or self.folder
        connection = psycopg2.connect(
            host=host, port=self.port, dbname=database, user=user, password=password or "none", connect_timeout=20
        )
        connection.autocommit = True
        return connection

    def outcome(self, database, user, password=None, sql="select current_user::text, current_database()::text"):
        """What a client gets: its row, or None where it does not get in. Both sockets must do the same."""
        found = [self._one(database, user, password, sql, source) for source in (None, "127.0.0.1")]
        assert found[0] == found[1], found
        return found[0]

    def _one(self, database, user, password, sql, source):
        try:
            connection = self.connect(database, user, password, source)
        except psycopg2.OperationalError:
            return None
        with connection.cursor() as cursor:
            try:
                cursor.execute(sql)
                row = cursor.fetchone()
            except psycopg2.Error:
                row = None
        connection.close()
        return row


class Pgbouncer(Pooler):
    def start(self):
        with open(f"{self.folder}/log", "wb") as log:
            self.process = subprocess.Popen(
                ["/usr/sbin/pgbouncer", self.ini], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/",
                preexec_fn=processes.die_with_parent, **processes.as_user("postgres"),
            )
        wait_until(self._is_ready, "PgBouncer accepts connections", timeout=20)
        return self

    def _is_ready(self):
        assert self.process.poll() is None, self.log()
        return processes.accepts(self.port) and processes.accepts_at(f"{self.folder}/.s.PGSQL.{self.port}")

    def log(self):
        with open(f"{self.folder}/log", encoding="utf-8", errors="replace") as file:
            return file.read()

    def remove(self):
        processes.stop(self.process, signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)


class Imported(Pooler):
    def start(self):
        done = subprocess.run([executable(), "--import-pgbouncer", self.ini], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0 and done.stderr == "", done.stderr
        self.yaml = done.stdout
        path = f"{self.folder}/howdah.yaml"
        with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(self.yaml)
        self.howdah = HowdahProcess({}, ["--config", path])
        self.howdah.port = self.port
        self.howdah.start()
        return self

    def log(self):
        return self.howdah.log()

    def remove(self):
        try:
            self.howdah.stop()
        finally:
            self.howdah.remove()
            shutil.rmtree(self.folder, ignore_errors=True)
