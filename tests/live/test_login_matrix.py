"""Every method with every place where a secret may stand, plain and by TLS, beside PostgreSQL with the same method; and
real drivers as clients."""

import asyncio
import os
import subprocess

import asyncpg
import pytest

from conftest import AUTH_BY_SOURCE, default_config
from support import postgres as postgres_cluster
from support import scram
from support.certificates import Authority
from support.client_programs import Builder
from support.howdah_process import HowdahProcess, merged
from support.private_file import write_private
from support.side_by_side import outcome
from support.wire import trusting_context

pytestmark = pytest.mark.howdah_only

PASSWORDS = {"plain_user": "plain password", "md5_user": "md5 password", "scram_user": "scram password"}
STORED = {
    "plain_user": "plain password",
    "md5_user": scram.md5_secret("md5_user", "md5 password"),
    "scram_user": scram.verifier("scram password"),
}
SOURCES = {method: source for source, method in postgres_cluster.METHODS_BY_SOURCE.items() if method not in ("trust", "reject")}
TRANSPORTS = ["plain", "requested", "direct"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("matrix")


@pytest.fixture(scope="module")
def authority(folder):
    return Authority(folder)


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.issue("localhost", host="DNS:localhost,IP:127.0.0.1")


@pytest.fixture(scope="module")
def matrix_postgres(postgres_template, certificate):
    """With TLS, and two more users: one whose password is no longer valid, one who may not log in."""
    cluster = postgres_cluster.Postgres(postgres_template)
    try:
        cluster.offer_tls(*certificate)
        cluster.start()
        cluster.rows("create role expired login password 'expired password' valid until '2020-01-01'")
        cluster.rows("create role barred nologin password 'barred password'")
        yield cluster
    finally:
        cluster.remove()


def in_files(folder):
    return {"users": {name: {"password": {"file": write_private(folder / name, f"{text}\n")}} for name, text in STORED.items()}}


def in_environment():
    return {"users": {name: {"password": {"env": f"HOWDAH_TEST_{name.upper()}"}} for name in STORED}}


def in_a_list(folder):
    return {"user_list": write_private(folder / "userlist.txt", "".join(f'"{name}" "{text}"\n' for name, text in STORED.items()))}


@pytest.fixture(scope="module", params=["configuration", "file", "environment", "userlist.txt", "auth_query"])
def secrets_at(request, folder, matrix_postgres, certificate):
    """A howdah that finds the users' secrets there, and asks for them by the same method as PostgreSQL."""
    places = {
        "configuration": lambda: {"users": {name: {"password": text} for name, text in STORED.items()}},
        "file": lambda: in_files(folder),
        "environment": in_environment,
        "userlist.txt": lambda: in_a_list(folder),
        "auth_query": lambda: {"databases": {"*": {"auth_query": {"user": "postgres"}}}},
    }
    tls = {"mode": "allow", "certificate": certificate[0], "key": certificate[1]}
    base = {"auth": AUTH_BY_SOURCE, "client": {"tls": tls}}
    target = HowdahProcess(merged(merged(default_config(matrix_postgres), base), places[request.param]()))
    target.place = request.param
    environment = os.environ | {f"HOWDAH_TEST_{name.upper()}": text for name, text in STORED.items()}
    target.popen = {"env": environment}
    try:
        yield target.start()
        target.stop()
    finally:
        target.remove()


def tls_of(transport):
    return None if transport == "plain" else trusting_context()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("method", SOURCES)
def test_right_wrong_and_empty_passwords_are_judged_as_by_postgres(matrix_postgres, secrets_at, method, transport):
    for user, password in PASSWORDS.items():
        for given in (password, "wrong", password + "x", password.upper(), ""):
            arguments = {"source": SOURCES[method], "tls": tls_of(transport)}
            expected = outcome(matrix_postgres, user, given, **arguments)
            found = outcome(secrets_at, user, given, **arguments, is_direct=transport == "direct")
            if user == "plain_user" and secrets_at.place != "auth_query":
                expected, found = expected[1], found[1]  # PostgreSQL has a verifier of it, and asks for what that needs
            assert expected == found, (user, given)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("method", SOURCES)
def test_who_is_unknown_or_may_not_log_in_is_met_like_somebody_with_a_wrong_password(matrix_postgres, secrets_at, method, transport):
    for user in ("nobody", "expired", "barred", "postgres"):
        arguments = {"source": SOURCES[method], "tls": tls_of(transport)}
        found = outcome(secrets_at, user, f"{user} password", **arguments, is_direct=transport == "direct")
        known = outcome(secrets_at, "scram_user", "wrong", **arguments, is_direct=transport == "direct")
        expected = outcome(matrix_postgres, user, f"{user} password", **arguments)
        assert found[1] == f'FATAL 28P01 password authentication failed for user "{user}"'
        # PostgreSQL lets who is barred prove the password first; an auth_query does not hand it out.
        assert expected[1] == (found[1] if user != "barred" else 'FATAL 28000 role "barred" is not permitted to log in')
        if method != "md5":  # there it is what most of the known ones meet
            assert found[0] == known[0]


@pytest.fixture(scope="module")
def builder():
    builder = Builder()
    yield builder
    builder.remove()


def psql(target, user, password, tls, _):
    mode = "require" if tls else "disable"
    dsn = f"host={target.host} port={target.port} user={user} dbname=postgres sslmode={mode} channel_binding={'require' if tls else 'disable'}"
    done = subprocess.run(["psql", "-XAtc", "select 1", dsn], env=os.environ | {"PGPASSWORD": password}, capture_output=True, text=True, check=False)
    return "in" if done.stdout == "1\n" else "28P01" if "password authentication failed" in done.stderr else done.stderr


def with_asyncpg(target, user, password, tls, _):
    async def log_in():
        try:
            connection = await asyncpg.connect(
                host=target.host, port=target.port, user=user, password=password, database="postgres", ssl="require" if tls else False
            )
        except asyncpg.PostgresError as error:
            return error.sqlstate
        try:
            return "in" if await connection.fetchval("select 1") == 1 else "wrong answer"
        finally:
            await connection.close()

    return asyncio.run(log_in())


def jdbc(target, user, password, tls, builder):
    url = f"jdbc:postgresql://{target.host}:{target.port}/postgres?sslmode={'require' if tls else 'disable'}"
    return subprocess.run([*builder.java("LogIn"), url, user, password], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def scram_howdah(matrix_postgres, certificate):
    tls = {"mode": "allow", "certificate": certificate[0], "key": certificate[1]}
    users = {name: {"password": text} for name, text in STORED.items()}
    more = {"auth": [{"from": "127.0.0.0/8", "method": "scram-sha-256"}], "client": {"tls": tls}, "users": users}
    target = HowdahProcess(default_config(matrix_postgres) | more)
    try:
        yield target.start()
        target.stop()
    finally:
        target.remove()


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("log_in", [psql, with_asyncpg, jdbc])
def test_drivers_log_in_by_scram(scram_howdah, builder, log_in, tls):
    for user, password, expected in (
        ("scram_user", "scram password", "in"),
        ("plain_user", "plain password", "in"),
        ("scram_user", "wrong", "28P01"),
        ("nobody", "scram password", "28P01"),
    ):
        assert log_in(scram_howdah, user, password, tls, builder) == expected, user
