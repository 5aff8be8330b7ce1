"""A backend that asks for TLS: libpq's login and its SSL carry everything."""

import shutil
import subprocess

import pytest

from support import postgres as postgres_cluster
from support import wire
from support.watch import run_in_threads

pytestmark = pytest.mark.howdah_only


@pytest.fixture
def tls_postgres(postgres_template, tmp_path):
    """Takes nothing but TLS over TCP."""
    hba = "local all all trust\nhostssl all all 127.0.0.1/32 trust\n"
    cluster = postgres_cluster.Postgres(postgres_template, hba=hba)
    try:
        key, certificate = f"{cluster.data}/server.key", f"{cluster.data}/server.crt"
        subject = ["-subj", "/CN=localhost", "-days", "2", "-keyout", key, "-out", certificate]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject], check=True, capture_output=True)
        for path in (key, certificate):
            shutil.chown(path, "postgres", "postgres")
        cluster.configure(**postgres_cluster.SETTINGS, ssl="on")
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


def backend(cluster, more):
    return {"*": {"backend": f"host=127.0.0.1 port={cluster.port} {more}", "pool": {"max_size": 3}}}


@pytest.mark.parametrize("mode", ["sslmode=require", "sslmode=verify-ca", "sslmode=prefer"])
def test_servers_are_reached_with_tls(start_howdah, tls_postgres, mode):
    root = f" sslrootcert={tls_postgres.data}/server.crt" if "verify" in mode else ""
    howdah = start_howdah(cluster=tls_postgres, databases=backend(tls_postgres, mode + root))

    def ask(number):
        with wire.connect(howdah, "app", "app") as client:
            assert client.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()").value == "t"
            for turn in range(10):
                assert client.query(f"select repeat('{number}', 100000)").value == str(number) * 100_000
                client.query("begin")
                assert client.query(f"select length('{'x' * 30000}') + {turn}").value == str(30_000 + turn)
                client.query("commit")

    run_in_threads(10, ask)


def test_a_backend_without_tls_is_refused_where_it_is_required(start_howdah, postgres):
    howdah = start_howdah(databases=backend(postgres, "sslmode=require"), pool={"acquire_timeout": "1s"})
    with pytest.raises(wire.ServerError) as caught:
        wire.connect(howdah, "app", "app")
    assert "SSL" in caught.value.fields["M"], caught.value.fields
