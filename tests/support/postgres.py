"""A PostgreSQL of our own in a temporary folder, on a free port of 127.0.0.1 and a Unix socket in that folder."""

import glob
import os
import shutil
import signal
import subprocess
import tempfile

import psycopg2

from support import processes
from support.waiting import wait_until

# Over the Unix socket everybody is trusted: that is the way of poolers and of the tests' own look-ups.
# Over TCP the address that a client comes from says how it must log in.
METHODS_BY_SOURCE = {
    "127.0.0.1": "trust",
    "127.0.0.2": "password",
    "127.0.0.3": "md5",
    "127.0.0.4": "scram-sha-256",
    "127.0.0.5": "reject",
}
HBA = "local all all trust\nlocal replication all trust\n" + "".join(
    f"host all all {source}/32 {method}\nhost replication all {source}/32 {method}\n"
    for source, method in METHODS_BY_SOURCE.items()
)

SETTINGS = {
    "max_connections": 100,
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "timezone": "UTC",
    "log_statement": "none",
}

ROLES = """
create role app login;
create role plain_user login password 'plain password';
set password_encryption = 'md5';
create role md5_user login password 'md5 password';
set password_encryption = 'scram-sha-256';
create role scram_user login password 'scram password';
create database app owner app;
"""


def bin_folder():
    """Of the newest server on this machine, or the one that HOWDAH_PG_BINDIR names."""
    named = os.environ.get("HOWDAH_PG_BINDIR")
    folders = [named] if named else glob.glob("/usr/lib/postgresql/*/bin")
    assert folders, "no PostgreSQL server is installed"
    return max(folders, key=lambda folder: [int(n) for n in folder.split("/") if n.isdigit()])


class Postgres:
    """One cluster. `template` is a stopped one to copy; without it initdb makes a new one."""

    def __init__(self, template=None, settings=None, hba=HBA):
        self.folder = tempfile.mkdtemp(prefix="howdah-postgres-")
        self.host = "127.0.0.1"
        self.port = processes.free_port()
        self.socket_folder = self.folder
        self.data = f"{self.folder}/data"
        self.process = None
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        os.chmod(self.folder, 0o755)
        if template:
            self._run("cp", "-a", template.data, self.data)
        else:
            self._run(f"{bin_folder()}/initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8")
        self._write("pg_hba.conf", hba)
        self.configure(**{**SETTINGS, **(settings or {})})

    def _run(self, *command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **processes.as_user("postgres"))

    def _write(self, name, content):
        path = f"{self.data}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)

    def configure(self, **settings):
        """Replaces what stands in postgresql.auto.conf; counts from the next start or reload."""
        lines = {**settings, "listen_addresses": self.host, "port": self.port, "unix_socket_directories": self.folder}
        self._write("postgresql.auto.conf", "".join(f"{k} = '{v}'\n" for k, v in lines.items()))

    def offer_tls(self, certificate, key, ca=None):
        """From the next start on, with copies of these files that only PostgreSQL can read."""
        files = {"ssl_cert_file": certificate, "ssl_key_file": key, **({"ssl_ca_file": ca} if ca else {})}
        copies = {setting: shutil.copy(path, self.data) for setting, path in files.items()}
        for copy in copies.values():
            shutil.chown(copy, "postgres", "postgres")
            os.chmod(copy, 0o600)
        self.configure(**SETTINGS, ssl="on", **copies)

    def start(self):
        with open(f"{self.folder}/log", "ab") as log:
            self.process = subprocess.Popen(
                [f"{bin_folder()}/postgres", "-D", self.data],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd="/",
                preexec_fn=processes.die_with_parent,
                **processes.as_user("postgres"),
            )
        wait_until(self._is_ready, "PostgreSQL accepts connections", timeout=60)
        return self

    def _is_ready(self):
        assert self.process.poll() is None, self.log()
        try:
            psycopg2.connect(self.dsn()).close()
            return True
        except psycopg2.OperationalError:
            return False

    def stop(self, how=signal.SIGINT):
        """SIGINT: the "fast" shutdown. SIGQUIT: as a crash."""
        if self.process:
            processes.stop(self.process, how, patience=60)
            self.process = None

    def restart(self):
        self.stop()
        return self.start()

    def remove(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        with open(f"{self.folder}/log", encoding="utf-8", errors="replace") as file:
            return file.read()

    def dsn(self, database="postgres", user="postgres"):
        """Over the Unix socket, where everybody is trusted."""
        return f"host={self.folder} port={self.port} dbname={database} user={user}"

    def backend(self, database=None, user=None):
        """A connection string for a pooler; without a user it logs in as the client's."""
        named = (f" dbname={database}" if database else "") + (f" user={user}" if user else "")
        return f"host={self.folder} port={self.port}{named}"

    def connect(self, database="postgres", user="postgres"):
        connection = psycopg2.connect(self.dsn(database, user))
        connection.autocommit = True
        return connection

    def rows(self, sql, values=None, database="postgres"):
        """Runs `sql` behind the pooler's back, on a connection of its own named `watcher`."""
        connection = psycopg2.connect(self.dsn(database), application_name="watcher")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def value(self, sql, values=None, database="postgres"):
        return self.rows(sql, values, database)[0][0]

    def connections(self, database="postgres", where="true"):
        """How many client backends this database has, the tests' own look-ups left out."""
        return self.value(
            "select count(*) from pg_stat_activity where backend_type = 'client backend'"
            f" and datname = %s and application_name <> 'watcher' and {where}",
            (database,),
        )


def make_template():
    """A stopped cluster with the roles and databases that tests use."""
    cluster = Postgres()
    try:
        cluster.start()
        connection = cluster.connect()
        for statement in ROLES.strip().split(";\n"):
            connection.cursor().execute(statement.strip(" ;\n"))
        connection.close()
        cluster.stop()
        return cluster
    except BaseException:
        cluster.remove()
        raise
