"""What a benchmark compares: a server directly, and through everything that can stand before it."""

import contextlib
import subprocess
import tempfile

import yaml

from support import scram
from support.certificates import Authority
from support.howdah_process import HowdahProcess, executable, merged
from support.other_targets import DirectTarget, PgbouncerTarget, RelayTarget
from support.stub import StubServer

DIRECT, RELAY, PGBOUNCER, PGBOUNCER_LARGE, HOWDAH, HOWDAH_TWO = NAMES = [
    "direct",
    "relay",
    "PgBouncer",
    "PgBouncer, 64 kB",
    "howdah",
    "howdah, 2 workers",
]
SERVERS = 8  # of each pool
PASSWORD = "scram password"  # of scram_user, in support.postgres too


def config(server, **more):
    """Of howdah; PgbouncerTarget takes the same."""
    pool = {"mode": "transaction", "min_size": SERVERS, "max_size": SERVERS, "acquire_timeout": "60s"}
    if isinstance(server, StubServer):
        pool["state"] = {"read_catalog": False}  # it has none
    base = {
        "databases": {"*": {"backend": server.backend(), "pool": pool}},
        "client": {"max_connections": 0},
        "log": {"connections": False},
    }
    return merged(base, more)


def scram_config():
    """Every client over TCP has to show that it knows PASSWORD."""
    return {
        "auth": [{"from": "0.0.0.0/0", "method": "scram-sha-256"}],
        "users": {"scram_user": {"password": scram.verifier(PASSWORD)}},
    }


@contextlib.contextmanager
def tls_config():
    """Clients may use TLS, with a certificate as they are common: on the curve P-256."""
    with tempfile.TemporaryDirectory(prefix="howdah-bench-") as folder:
        certificate, key = Authority(folder).issue("localhost", host="DNS:localhost,IP:127.0.0.1")
        yield {"client": {"tls": {"mode": "allow", "certificate": certificate, "key": key}}}


def has_workers():
    """Whether this howdah can serve with more than one thread."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump({"listen": ["127.0.0.1:6432"], "workers": 2, "databases": {"*": {"backend": "host=127.0.0.1"}}}, file)
        return subprocess.run([executable(), "--check", file.name], capture_output=True, check=False).returncode == 0


def _make(name, server, more):
    settings = config(server, **more)
    pgbouncer = {"max_client_conn": 20_000}
    return {
        DIRECT: lambda: DirectTarget(server),
        RELAY: lambda: RelayTarget(server),
        PGBOUNCER: lambda: PgbouncerTarget(server, settings, pgbouncer),
        PGBOUNCER_LARGE: lambda: PgbouncerTarget(server, settings, pgbouncer | {"pkt_buf": 65536}),
        HOWDAH: lambda: HowdahProcess(merged(settings, {"workers": 1})),
        HOWDAH_TWO: lambda: HowdahProcess(merged(settings, {"workers": 2})),
    }[name]()


@contextlib.contextmanager
def running(names, server, **more):
    """These targets before one server, started: {name: target}. `more` goes into the configuration of the poolers."""
    with contextlib.ExitStack() as ends:
        targets = {}
        for name in names:
            targets[name] = _make(name, server, more)
            ends.callback(targets[name].remove)
            targets[name].start()
        yield targets
