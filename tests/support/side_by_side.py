"""PostgreSQL and a howdah in front of it, which let clients in by the same rules."""

import os

from support import wire
from support import postgres as postgres_cluster
from support.howdah_process import HowdahProcess, merged
from support.waiting import wait_until

# The way of howdah and of the tests' own look-ups.
TRUSTED = "local all postgres trust\n"


class SideBySide:
    """`hba` are lines for PostgreSQL, `auth` are rules for howdah that say the same; `ident` are lines of a pg_ident.conf
    for both; each of `roles` exists. With an `authority` (support.certificates) both offer TLS and ask for clients'
    certificates. howdah logs in as postgres."""

    def __init__(self, template, hba, auth, roles, authority=None, ident="", **config):
        self.howdah = None
        self.postgres = postgres_cluster.Postgres(template, hba=TRUSTED + "".join(f"{line}\n" for line in hba))
        try:
            tls = self._tls(authority) if authority else {}
            self.postgres._write("pg_ident.conf", ident)
            maps = {"ident_file": f"{self.postgres.data}/pg_ident.conf"} if ident else {}
            self.postgres.start()
            for role in roles:
                self.postgres.rows(f'create role "{role}" login')
            databases = {"*": {"backend": self.postgres.backend(user="postgres"), "pool": {"max_size": 4}}}
            self.howdah = HowdahProcess(merged({"databases": databases, "auth": auth} | maps | tls, config))
            os.chmod(self.howdah.folder, 0o755)
            self.howdah.start()
        except BaseException:
            self.remove()
            raise

    def _tls(self, authority):
        """Makes PostgreSQL offer TLS; the same for howdah."""
        certificate, key = authority.issue("server", "/CN=localhost", host="DNS:localhost,IP:127.0.0.1")
        self.postgres.offer_tls(certificate, key, authority.certificate)
        tls = {"mode": "allow", "certificate": certificate, "key": key, "ca": authority.certificate, "client_certificate": "request"}
        return {"client": {"tls": tls}}

    @property
    def both(self):
        return (self.postgres, self.howdah)

    def outcomes(self, *arguments, **more):
        """What PostgreSQL and what howdah says to such a log-in; see outcome()."""
        return tuple(outcome(target, *arguments, **more) for target in self.both)

    def wait_for_log(self, words):
        """howdah's, which is written once the client has been told."""
        wait_until(lambda: words in self.howdah.log(), f"the log says {words}")

    def stop(self):
        self.howdah.stop()

    def remove(self):
        if self.howdah:
            self.howdah.remove()
        self.postgres.remove()


def client_context(certificate=None):
    """For TLS; `certificate`: the two files of a client's own."""
    context = wire.trusting_context()
    if certificate:
        context.load_cert_chain(*certificate)
    return context


def outcome(target, user, password="", source=None, tls=None, is_local=False, is_direct=False):
    """The numbers of the authentication requests that come, and "in", or what is said at the end."""
    host = target.socket_folder if is_local else target.host
    with wire.Connection(host, target.port, source=source) as connection:
        try:
            if tls:
                if is_direct:
                    tls.set_alpn_protocols(["postgresql"])
                connection.start_tls(tls, is_direct)
            connection.login(user, "postgres", password)
            ending = "in" if connection.query("select 1").value == "1" else "in, but of no use"
        except wire.ServerError as error:
            ending = f"{error.fields['V']} {error.sqlstate} {error.fields['M']}"
        return [int.from_bytes(one.body[:4], "big") for one in connection.greeting.of("R")], ending
