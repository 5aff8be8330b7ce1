"""The method `backend`: PostgreSQL itself judges a client's password, and nobody has to be listed here."""

import signal
import subprocess

import pytest

from support import postgres as postgres_cluster
from support import processes, wire
from support.howdah_process import HowdahProcess
from support.messages import startup
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

# Whoever comes over TCP must know a password; `trusted` is asked for none.
HBA = "local all all trust\nhost all trusted all trust\nhost all all all scram-sha-256\n"
RULES = [{"from": "local", "method": "backend"}]


@pytest.fixture(scope="module")
def strict_postgres(postgres_template):
    cluster = postgres_cluster.Postgres(postgres_template, hba=HBA)
    try:
        cluster.start()
        cluster.rows("create role trusted login password 'known'")
        cluster.rows("create role reader login password 'reader password'")
        yield cluster
    finally:
        cluster.remove()


def entry(cluster, more="", **options):
    return {"backend": f"host=127.0.0.1 port={cluster.port}{more}", "pool": {"max_size": 2}, **options}


@pytest.fixture
def start(start_howdah, strict_postgres):
    def start(more="", **options):
        return start_howdah(databases={"*": entry(strict_postgres, more, **options)}, auth=RULES)

    return start


def log_in(howdah, user, password, database="postgres"):
    """Over the Unix socket, where a password may be sent as it is. The user that the pool runs as, or the SQLSTATE."""
    client = wire.Connection(howdah.socket_folder, howdah.port)
    try:
        client.login(user, database, password)
        return client.query("select current_user").value
    except wire.ServerError as error:
        assert error.fields["S"] == "FATAL"
        return error.sqlstate
    finally:
        client.close()


def log_ins(cluster, user):
    """How many connections of this user PostgreSQL has authorized so far."""
    return cluster.log().count(f"connection authorized: user={user} ")


@pytest.fixture
def counted(strict_postgres):
    strict_postgres.rows("alter system set log_connections = on")
    strict_postgres.rows("select pg_reload_conf()")
    wait_until(lambda: strict_postgres.value("show log_connections") == "on", "log-ins are logged")
    return strict_postgres


@pytest.fixture
def other_strict_postgres(postgres_template):
    """Where the reader has another password."""
    cluster = postgres_cluster.Postgres(postgres_template, hba=HBA)
    try:
        cluster.start()
        cluster.rows("create role reader login password 'another'")
        cluster.rows("create role trusted login")
        yield cluster
    finally:
        cluster.remove()


@pytest.mark.parametrize("workers", [1, 4])
def test_what_one_backend_took_is_not_right_for_a_new_entry_with_another(start_howdah, strict_postgres, other_strict_postgres, workers):
    howdah = start_howdah(workers=workers, databases={"*": entry(strict_postgres, " user=trusted")}, auth=RULES)
    assert log_in(howdah, "reader", "reader password") == "trusted"
    howdah.config["databases"]["postgres"] = entry(other_strict_postgres, " user=trusted")
    howdah.write_config()
    howdah.signal(signal.SIGHUP)
    wait_until(lambda: log_in(howdah, "reader", "reader password") == "28P01", "the new backend is asked")
    assert log_in(howdah, "reader", "another") == "trusted"


def test_postgres_judges(start):
    howdah = start()
    assert log_in(howdah, "scram_user", "scram password") == "scram_user"
    assert log_in(howdah, "md5_user", "md5 password") == "28P01"  # its own rule asks for SCRAM
    for user, password in (("scram_user", "wrong"), ("nobody", "x"), ("scram_user", "scram password ")):
        assert log_in(howdah, user, password) == "28P01"
    assert log_in(howdah, "scram_user", "scram password", "missing") == "3D000"


def test_a_wrong_password_never_comes_in_by_the_pool(start):
    howdah = start()
    with wire.Connection(howdah.socket_folder, howdah.port) as client:
        client.login("scram_user", "postgres", "scram password")
        for _ in range(3):
            assert log_in(howdah, "scram_user", "wrong") == "28P01"
            assert log_in(howdah, "scram_user", "") == "28P01"
        assert client.query("select 1").value == "1"


def test_a_wrong_password_sounds_as_at_postgres(start, strict_postgres):
    said = []
    for address in (start(), strict_postgres):
        host = address.socket_folder if address is not strict_postgres else "127.0.0.1"
        with wire.Connection(host, address.port) as client, pytest.raises(wire.ServerError) as caught:
            client.login("scram_user", "postgres", "wrong")
        said.append({field: caught.value.fields[field] for field in "SVCM"})
    assert said[0] == said[1]


def test_a_backend_that_asks_for_no_password_lets_nobody_in(start):
    howdah = start()
    assert log_in(howdah, "trusted", "known") == "28P01"
    assert log_in(howdah, "trusted", "anything") == "28P01"
    assert "asks for no password" in howdah.log()


@pytest.mark.parametrize("cache", ["60s", "0"])
def test_a_right_password_is_remembered_for_a_while(start, counted, cache):
    howdah = start(" user=reader password='reader password'", backend_auth_cache=cache)
    before = log_ins(counted, "scram_user")
    assert log_in(howdah, "scram_user", "scram password") == "reader"

    def is_remembered():
        count = log_ins(counted, "scram_user")
        assert log_in(howdah, "scram_user", "scram password") == "reader"
        return log_ins(counted, "scram_user") == count

    if cache == "0":
        assert not any(is_remembered() for _ in range(5))
        assert log_ins(counted, "scram_user") == before + 6
    else:
        wait_until(is_remembered, "nobody is asked")
        assert log_in(howdah, "scram_user", "wrong") == "28P01"
        assert is_remembered()


def test_a_changed_password_is_known_at_once_and_used_by_the_pool(start, strict_postgres):
    strict_postgres.rows("create role mover login password 'first'")
    howdah = start()
    assert log_in(howdah, "mover", "first") == "mover"
    strict_postgres.rows("alter role mover password 'second'")
    strict_postgres.rows("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'mover'")
    assert log_in(howdah, "mover", "second") == "mover"
    assert log_in(howdah, "mover", "first") == "28P01"


def test_an_error_that_is_no_judgement_is_told(start_howdah, strict_postgres):
    port = processes.free_port()
    howdah = start_howdah(databases={"*": {"backend": f"host=127.0.0.1 port={port}"}}, auth=RULES)
    assert log_in(howdah, "scram_user", "scram password") == "08001"


def test_a_database_that_nobody_serves_is_not_told(strict_postgres):
    howdah = HowdahProcess({"databases": {"app": entry(strict_postgres)}, "auth": RULES})
    try:
        howdah.start()
        for password in ("scram password", "wrong"):
            assert log_in(howdah, "scram_user", password, "unserved") == "28P01"
        howdah.stop()
    finally:
        howdah.remove()


def test_the_method_asks_for_a_password_in_clear_text(start):
    howdah = start()
    with wire.Connection(howdah.socket_folder, howdah.port) as client:
        client.send(startup(user="scram_user", database="postgres"))
        assert client.read().body == b"\0\0\0\3"


def test_psql_gets_in_without_any_configuration(strict_postgres, tmp_path):
    port = processes.free_port()
    backend = f"postgresql://127.0.0.1:{strict_postgres.port}"
    howdah = HowdahProcess({}, ["--backend", backend, "--listen", f"unix:{tmp_path}:{port}", "--listen", f"127.0.0.1:{port}"])
    howdah.port = port

    def psql(password):
        command = ["psql", "-X", "-w", "-A", "-t", "-c", "select current_user"]
        dsn = f"host={tmp_path} port={port} dbname=postgres user=scram_user"
        return subprocess.run(
            [*command, dsn], env={"PATH": "/usr/bin:/bin", "PGPASSWORD": password}, capture_output=True, text=True, timeout=30, check=False
        )

    try:
        howdah.start()
        done = psql("scram password")
        assert done.stdout == "scram_user\n", done.stderr
        done = psql("wrong")
        assert done.returncode == 2 and "password authentication failed" in done.stderr
        howdah.stop()
    finally:
        howdah.remove()


def test_the_log_says_once_that_a_password_is_wrong(start):
    howdah = start()
    assert log_in(howdah, "scram_user", "wrong") == "28P01"
    wait_until(lambda: "client log-in failed" in howdah.log(), "the log tells of it")
    assert howdah.log().count("password authentication failed") == 1, howdah.log()
