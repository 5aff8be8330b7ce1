"""A backend that asks for TLS: libpq's login and its SSL carry everything."""

import pytest

from support import messages, wire
from support import postgres as postgres_cluster
from support.certificates import Authority
from support.waiting import wait_until
from support.watch import run_in_threads

pytestmark = pytest.mark.howdah_only


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def tls_postgres(postgres_template, authority):
    """Takes nothing but TLS over TCP."""
    hba = "local all all trust\nhostssl all all 127.0.0.1/32 trust\n"
    cluster = postgres_cluster.Postgres(postgres_template, hba=hba)
    try:
        cluster.offer_tls(*authority.issue("localhost", kind="rsa"))
        yield cluster.start()
    finally:
        cluster.remove()


def backend(cluster, more):
    return {"*": {"backend": f"host=127.0.0.1 port={cluster.port} {more}", "pool": {"max_size": 3}}}


@pytest.mark.parametrize("mode", ["sslmode=require", "sslmode=verify-ca", "sslmode=prefer"])
def test_servers_are_reached_with_tls(start_howdah, tls_postgres, authority, mode):
    root = f" sslrootcert={authority.certificate}" if "verify" in mode else ""
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


CHECKING_HBA = """
local all all trust
hostssl all app 127.0.0.1/32 cert
hostssl all scram_user 127.0.0.1/32 scram-sha-256
hostssl all postgres 127.0.0.1/32 trust
"""


@pytest.fixture(scope="module")
def checking_postgres(postgres_template, authority):
    """Its certificate is that of an authority for the name db.test, and it wants one of its clients."""
    cluster = postgres_cluster.Postgres(postgres_template, hba=CHECKING_HBA)
    try:
        cluster.offer_tls(*authority.issue("server", subject="/CN=db.test", kind="rsa"), authority.certificate)
        yield cluster.start()
    finally:
        cluster.remove()


def who_is_let_in(start_howdah, cluster, more, user="postgres"):
    entries = {"*": {"backend": f"hostaddr=127.0.0.1 port={cluster.port} {more}", "pool": {"acquire_timeout": "2s"}}}
    howdah = start_howdah(cluster=cluster, databases=entries)
    try:
        with wire.connect(howdah, user, "postgres") as client:
            return client.query("select current_user").value
    except wire.ServerError as error:
        return error.fields["M"]


def test_the_name_in_its_certificate_is_checked(start_howdah, checking_postgres, authority):
    verify = f"sslmode=verify-full sslrootcert={authority.certificate}"
    assert who_is_let_in(start_howdah, checking_postgres, f"{verify} host=db.test") == "postgres"
    assert "does not match host name" in who_is_let_in(start_howdah, checking_postgres, f"{verify} host=other.test")


def test_its_authority_is_checked(start_howdah, checking_postgres, tmp_path):
    other = Authority(tmp_path, name="somebody else").certificate
    said = who_is_let_in(start_howdah, checking_postgres, f"host=db.test sslmode=verify-full sslrootcert={other}")
    assert "certificate verify failed" in said


def test_a_certificate_of_our_own_logs_in(start_howdah, checking_postgres, authority):
    certificate, key = authority.issue("app")
    ours = f"sslmode=require sslcert={certificate} sslkey={key}"
    assert who_is_let_in(start_howdah, checking_postgres, ours, user="app") == "app"
    certificate, key = authority.issue("nobody")
    assert "app" in who_is_let_in(start_howdah, checking_postgres, f"sslmode=require sslcert={certificate} sslkey={key}", user="app")


def test_channel_binding_is_used_where_it_is_demanded(start_howdah, checking_postgres):
    scram = "user=scram_user password='scram password' channel_binding=require"
    assert who_is_let_in(start_howdah, checking_postgres, f"{scram} sslmode=require") == "scram_user"
    assert "channel binding" in who_is_let_in(start_howdah, checking_postgres, "user=postgres channel_binding=require sslmode=require")


def test_a_cancel_hits_behind_tls(start_howdah, checking_postgres):
    howdah = start_howdah(cluster=checking_postgres, databases=backend(checking_postgres, "sslmode=require user=postgres"))
    with wire.connect(howdah, "app", "postgres") as client:
        for _ in range(3):
            client.send(messages.query("select pg_sleep(60)"))
            running = "select count(*) from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'"
            wait_until(lambda: checking_postgres.value(running) == 1, "the query runs")
            client.cancel()
            assert client.ready().sqlstate == "57014"
        assert client.query("select 1").value == "1"
