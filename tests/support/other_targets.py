"""Stand-ins for howdah, which show that the tests themselves are right: PostgreSQL itself, and PgBouncer."""

import os
import shutil
import signal
import subprocess
import tempfile

from support import compiled, processes
from support.waiting import wait_until


class DirectTarget:
    """PostgreSQL under howdah's attributes."""

    admin_user = "postgres"

    def __init__(self, postgres):
        self.host, self.port, self.socket_folder = postgres.host, postgres.port, postgres.socket_folder
        self.dsn = lambda database="postgres", user="postgres", **more: (
            f"host={self.host} port={self.port} dbname={database} user={user}"
            + "".join(f" {key}='{value}'" for key, value in more.items())
        )

    def start(self, wait=True):
        return self

    def stop(self):
        pass

    def remove(self):
        pass

    def log(self):
        return ""


class PgbouncerTarget(DirectTarget):
    """As much of a howdah configuration as PgBouncer understands; `settings` are more lines of its own."""

    def __init__(self, postgres, config, settings=None):
        super().__init__(postgres)
        self.backend = postgres
        self.port = processes.free_port()
        self.folder = self.socket_folder = tempfile.mkdtemp(prefix="howdah-pgbouncer-")
        shutil.chown(self.folder, "postgres", "postgres")
        self.config = config
        self.settings = {"max_client_conn": 1000, "admin_users": "postgres", "server_login_retry": 1, **(settings or {})}
        self.process = None

    def _lines(self):
        pool = next(iter(self.config["databases"].values())).get("pool", {})
        seconds = lambda key, default: pool.get(key, default).removesuffix("s")
        yield "[databases]"
        yield f"* = host={self.backend.folder} port={self.backend.port}"
        yield "[pgbouncer]"
        yield f"listen_addr = {self.host}\nlisten_port = {self.port}\nunix_socket_dir = {self.folder}"
        yield f"auth_type = hba\nauth_hba_file = {self.folder}/hba\nauth_file = {self.folder}/users"
        yield f"pool_mode = {pool.get('mode', 'transaction')}"
        yield f"default_pool_size = {pool.get('max_size', 20)}\nmin_pool_size = {pool.get('min_size', 0)}"
        yield f"query_wait_timeout = {seconds('acquire_timeout', '30s')}\nquery_timeout = {seconds('query_timeout', '0s')}"
        yield f"idle_transaction_timeout = {seconds('idle_in_transaction_timeout', '0s')}"
        tls = self.config.get("client", {}).get("tls", {})
        if tls:
            yield f"client_tls_sslmode = {tls['mode']}"
            yield f"client_tls_cert_file = {self._own(tls['certificate'])}\nclient_tls_key_file = {self._own(tls['key'])}"
        yield from (f"{name} = {value}" for name, value in self.settings.items())
        yield "ignore_startup_parameters = extra_float_digits,options,search_path,work_mem,geqo"

    def _own(self, path):
        """A copy of this file that PgBouncer's user may read."""
        copy = shutil.copy(path, self.folder)
        shutil.chown(copy, "postgres", "postgres")
        return copy

    def start(self, wait=True):
        with open(f"{self.folder}/ini", "w", encoding="utf-8") as file:
            file.write("\n".join(self._lines()) + "\n")
        rules = self.config.get("auth", [{"from": "0.0.0.0/0", "method": "trust"}])
        with open(f"{self.folder}/hba", "w", encoding="utf-8") as file:
            file.write("local all all trust\n")
            file.writelines(f"host all all {rule['from']} {rule['method']}\n" for rule in rules)
        names = {"postgres": "", "app": ""} | {
            name: user.get("password", "") for name, user in self.config.get("users", {}).items()
        }
        with open(f"{self.folder}/users", "w", encoding="utf-8") as file:
            file.writelines(f'"{name}" "{secret}"\n' for name, secret in names.items())
        with open(f"{self.folder}/log", "wb") as log:
            self.process = subprocess.Popen(
                ["/usr/sbin/pgbouncer", f"{self.folder}/ini"],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd="/",
                preexec_fn=processes.die_with_parent,
                **processes.as_user("postgres"),
            )
        wait_until(lambda: processes.accepts(self.port), "PgBouncer accepts connections", timeout=20)
        return self

    def remove(self):
        if self.process:
            processes.stop(self.process, signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)


class RelayTarget(DirectTarget):
    """A relay that parses nothing, before PostgreSQL: the least that a proxy can cost. It pools nothing."""

    def __init__(self, postgres):
        super().__init__(postgres)
        self.backend = f"{postgres.folder}/.s.PGSQL.{postgres.port}"
        self.port = processes.free_port()
        self.process = None

    def start(self, wait=True):
        self.process = subprocess.Popen(
            [compiled.program("relay"), str(self.port), self.backend],
            stdin=subprocess.DEVNULL,
            preexec_fn=processes.die_with_parent,
        )
        wait_until(lambda: processes.accepts(self.port), "the relay accepts connections", timeout=20)
        return self

    def remove(self):
        if self.process:
            processes.stop(self.process, signal.SIGTERM)


def target_name():
    return os.environ.get("HOWDAH_TEST_TARGET", "howdah")
