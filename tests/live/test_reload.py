"""Reloads: databases, users, backends and certificates come, go and change, and nobody whom it does not concern notices."""

import contextlib
import time

import pytest

from support import messages, wire
from support.certificates import Authority
from support.console import show
from support.howdah_process import fewer_if_sanitized
from support.ledger import LedgerClient, check_ledger, ledger_table, load_of
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

LOCAL = [{"from": "any", "method": "scram-sha-256", "users": ["ann", "bob"]}, {"from": "any", "method": "trust"}]


def reload(howdah):
    """What it says; the configuration is that of `howdah.config`."""
    howdah.write_config()
    with wire.connect(howdah, "postgres", "howdah") as console:
        result = console.query("reload")
        assert result.sqlstate is None, result.error
        return [notice.fields["M"] for notice in result.of("N")]


def refused(howdah, *names, **more):
    """The SQLSTATE of a log-in, None for one that is let in."""
    try:
        wire.connect(howdah, *names, **more).close()
        return None
    except wire.ServerError as error:
        return error.sqlstate


def is_ended(client):
    """It was told so, orderly."""
    return client.read().fields["C"] == "57P01" and client.is_closed()


def server(client):
    """Port and process of the server that it has."""
    return client.query("select current_setting('port') || '/' || pg_backend_pid()").value


def pools(howdah):
    return {row["database"] for row in show(howdah, "pools")}


@pytest.mark.parametrize("workers", [1, 4])
def test_a_database_comes_and_goes(start_howdah, postgres, workers):
    howdah = start_howdah(workers=workers, databases={"app": {"backend": postgres.backend()}})
    del howdah.config["databases"]["*"]
    assert "removed: databases.*" in reload(howdah)
    wait_until(lambda: refused(howdah, "app", "second") == "3D000", "nobody serves it")
    howdah.config["databases"]["second"] = {"backend": postgres.backend("app"), "pool": {"min_size": 1}}
    assert reload(howdah) == ["added: databases.second"]
    wait_until(lambda: refused(howdah, "app", "second") is None, "it is served")
    with contextlib.ExitStack() as ends:
        idle, busy, other = (ends.enter_context(wire.connect(howdah, "app", name)) for name in ("second", "second", "app"))
        assert idle.query("select 1").value == "1"
        before = server(other)
        busy.query("begin")
        busy.query("select 1")
        del howdah.config["databases"]["second"]
        assert reload(howdah) == ["removed: databases.second"]
        assert is_ended(idle)
        wait_until(lambda: refused(howdah, "app", "second") == "3D000", "nobody serves it any more")
        assert busy.query("select 2").value == "2"
        assert busy.query("commit").tags == ["COMMIT"]
        assert is_ended(busy)
        wait_until(lambda: "second" not in pools(howdah), "its pool is gone")
        assert server(other) == before
    howdah.config["databases"]["second"] = {"backend": postgres.backend("app")}
    assert reload(howdah) == ["added: databases.second"]
    with wire.connect(howdah, "app", "second") as again:
        assert again.query("select current_database()").value == "app"
    assert "second" in pools(howdah)


@pytest.mark.parametrize("workers", [1, 4])
def test_clients_move_to_another_backend_between_their_transactions(start_howdah, postgres, own_postgres, workers):
    howdah = start_howdah(workers=workers, databases={"other": {"backend": postgres.backend("app")}})
    with contextlib.ExitStack() as ends:
        idle, busy = (ends.enter_context(wire.connect(howdah, "app", "app")) for _ in range(2))
        other = ends.enter_context(wire.connect(howdah, "app", "other"))
        before = server(other)
        idle.execute("select 1")
        busy.query("begin")
        old = server(busy)
        howdah.config["databases"]["*"]["backend"] = own_postgres.backend()
        assert reload(howdah) == ["changed for new connections: databases.*.backend"]
        own_port = str(own_postgres.port)
        wait_until(lambda: server(idle).startswith(own_port), "the idle client is at the other backend")
        assert server(busy) == old
        busy.query("commit")
        assert server(busy).startswith(own_port)
        assert idle.execute("select 2").value == "2"
        assert server(other) == before
        wait_until(lambda: postgres.connections("app") == 1, "the old servers are closed")


def test_a_user_of_the_backend_that_changes_ends_those_who_used_it_as_the_old_one(start_howdah, postgres):
    howdah = start_howdah()
    with wire.connect(howdah, "app", "app") as client:
        assert client.query("select current_user").value == "app"
        howdah.config["databases"]["*"]["backend"] = postgres.backend(user="postgres")
        reload(howdah)
        assert is_ended(client)
    with wire.connect(howdah, "app", "app") as client:
        assert client.query("select current_user").value == "postgres"


def test_users_and_passwords_change_for_those_who_come(start_howdah, postgres):
    howdah = start_howdah(
        auth=LOCAL, users={"ann": {"password": "one"}}, databases={"*": {"backend": postgres.backend(user="app")}}
    )
    with wire.connect(howdah, "ann", "app", password="one") as client:
        howdah.config["users"] = {"ann": {"password": "two"}, "bob": {"password": "three"}}
        assert reload(howdah) == ["added: users.bob", "changed for new connections: users.ann.password"]
        wait_until(lambda: refused(howdah, "ann", "app", password="one") == "28P01", "the old password is wrong")
        assert refused(howdah, "ann", "app", password="two") is None
        assert refused(howdah, "bob", "app", password="three") is None
        howdah.config["users"] = {"bob": {"password": "three"}}
        assert reload(howdah) == ["removed: users.ann"]
        wait_until(lambda: refused(howdah, "ann", "app", password="two") == "28P01", "she is unknown")
        assert client.query("select 1").value == "1"


def test_a_user_list_is_read_again(start_howdah, postgres, tmp_path):
    users = tmp_path / "users"
    users.write_text('"ann" "one"\n')
    users.chmod(0o600)
    howdah = start_howdah(auth=LOCAL, user_list=str(users), databases={"*": {"backend": postgres.backend(user="app")}})
    assert refused(howdah, "ann", "app", password="one") is None
    users.write_text('"ann" "two"\n"bob" "three"\n')
    reload(howdah)
    wait_until(lambda: refused(howdah, "ann", "app", password="one") == "28P01", "the old password is wrong")
    assert refused(howdah, "bob", "app", password="three") is None


def test_an_auth_query_comes_changes_and_goes(start_howdah, postgres):
    howdah = start_howdah(auth=LOCAL, databases={"*": {"backend": postgres.backend(user="app")}})
    assert refused(howdah, "bob", "app", password="said") == "28P01"
    entry = howdah.config["databases"]["*"]
    for secret in ("said", "otherwise"):
        entry["auth_query"] = {"user": "postgres", "database": "postgres", "query": f"select $1::text, '{secret}'"}
        reload(howdah)
        wait_until(lambda: refused(howdah, "bob", "app", password=secret) is None, "what the query says is right")
    assert refused(howdah, "bob", "app", password="said") == "28P01"
    del entry["auth_query"]
    reload(howdah)
    wait_until(lambda: refused(howdah, "bob", "app", password="otherwise") == "28P01", "nobody is looked up")


def test_tls_comes_and_certificates_that_do_not_fit_change_nothing(start_howdah, tmp_path):
    authority = Authority(tmp_path)
    certificate, key = authority.issue("howdah")
    howdah = start_howdah()
    with wire.Connection(howdah.host, howdah.port) as client:
        client.send(messages.SSL_REQUEST)
        assert client.take(1) == b"N"
    howdah.config["client"] = {"tls": {"mode": "require", "certificate": str(certificate), "key": str(key)}}
    assert any("client.tls.mode" in line for line in reload(howdah))
    wait_until(lambda: refused(howdah, "app", "app") == "28000", "clear text is refused")
    with wire.connect(howdah, "app", "app", tls=wire.trusting_context()) as client:
        assert client.query("select 1").value == "1"
        howdah.config["client"]["tls"]["key"] = str(tmp_path / "nowhere")
        howdah.write_config()
        with wire.connect(howdah, "postgres", "howdah", tls=wire.trusting_context()) as console:
            result = console.query("reload")
            assert result.sqlstate == "22023" and "nowhere" in result.error["D"], result.error
        assert client.query("select 2").value == "2"
    assert refused(howdah, "app", "app", tls=wire.trusting_context()) is None


@pytest.mark.parametrize("workers", [1, 4])
def test_many_reloads_under_load_lose_nothing(start_howdah, postgres, workers, record_property):
    """Each changes a size, the backend's connection string, which databases there are, and who may log in."""
    howdah = start_howdah(workers=workers, pool={"max_size": 3, "acquire_timeout": "60s"})
    reloads = fewer_if_sanitized(400)
    clients = [LedgerClient(howdah, f"c{number}") for number in range(8)]
    with ledger_table(postgres):
        with load_of(clients), wire.connect(howdah, "postgres", "howdah", timeout=60) as console:
            begun = time.monotonic()
            for number in range(reloads):
                entry = howdah.config["databases"]["*"]
                entry["pool"]["max_size"] = 2 + number % 3
                entry["backend"] = postgres.backend() + f" application_name=r{number // 10 % 2}"
                howdah.config["databases"].pop("extra", None)
                if number % 2:
                    howdah.config["databases"]["extra"] = {"backend": postgres.backend("app"), "pool": {"min_size": 1}}
                howdah.config["users"] = {f"user{number % 5}": {"password": "secret"}}
                howdah.write_config()
                result = console.query("reload")
                assert result.sqlstate is None, result.error
            rate = reloads / (time.monotonic() - begun)
        check_ledger(postgres, clients, f"{rate:.0f} reloads a second")
    record_property("reloads_a_second", round(rate))
    print(f"{workers} workers: {reloads} reloads, {rate:.0f} a second")
