"""Commands that need a database alone: idle servers are not in their way."""

import contextlib

import pytest

from support import messages, wire
from support.messages import query
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only

COMMANDS = {
    "drop": ("drop database one", "DROP DATABASE"),
    "rename": ("/* so */ alter database one rename to two", "ALTER DATABASE"),
    "copy": ("create database two template one", "CREATE DATABASE"),
}


def admin(howdah, **more):
    return wire.connect(howdah, "postgres", "postgres", **more)


@pytest.fixture(autouse=True)
def database(postgres):
    """`one`, which is there before the test; nothing of it and of `two` is left."""

    def drop():
        for name in ("one", "two"):
            postgres.rows(f"drop database if exists {name} with (force)")

    drop()
    postgres.rows("create database one")
    yield
    drop()


@contextlib.contextmanager
def clients_of(howdah, *users, database="one"):
    """Idle clients, each of whom has left an idle server."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(wire.connect(howdah, user, database)) for user in users]
        for client in clients:
            client.send(query("select pg_sleep(0.1)"))
        for client in clients:
            assert client.ready().status == "I"
        yield clients


def simple(sql):
    return query(sql)


def described(sql):
    """As drivers that prepare without a name: what comes before the command's own answer comes once."""
    return messages.parse("", sql) + messages.bind() + messages.describe_portal() + messages.execute() + messages.SYNC


# PostgreSQL takes five seconds for each refusal.
@pytest.mark.parametrize("workers, send, kinds", [(1, simple, "CZ"), (4, described, "12nCZ")], ids=["1 simple", "4 extended"])
@pytest.mark.parametrize("command", COMMANDS)
def test_idle_servers_leave_a_database_that_a_command_needs_alone(start_howdah, postgres, workers, send, kinds, command):
    howdah = start_howdah(workers=workers)
    sql, tag = COMMANDS[command]
    with clients_of(howdah, "app", "app", "postgres", "app"), admin(howdah) as client:
        assert postgres.connections("one") >= 2
        result = client.run(send(sql))
        assert (result.kinds, result.tags, result.status) == (kinds, [tag], "I")
        assert client.query("select 1").value == "1"
    assert howdah.log().count("a command needs its database alone") >= 2


@pytest.mark.parametrize("mode", ["session", "statement"])
def test_it_is_so_in_the_other_modes(start_howdah, postgres, mode):
    howdah = start_howdah(pool={"mode": mode})
    with clients_of(howdah, "app"):
        pass  # in session mode only a client that has left leaves an idle server
    wait_until(lambda: postgres.connections("one", "state = 'idle'") == 1, "the server is idle")
    with admin(howdah) as client:
        assert client.run(described("drop database one")).kinds == "12nCZ"
        assert client.run(messages.parse("", "select 1") + messages.bind() + messages.execute() + messages.SYNC).value == "1"


def test_a_command_that_was_prepared_before_is_run_twice_too(start_howdah):
    howdah = start_howdah()
    with clients_of(howdah, "app"), admin(howdah) as client:
        prepared = client.run(messages.parse("drop", "drop database one") + messages.describe_statement("drop") + messages.SYNC)
        assert prepared.kinds == "1tnZ"
        result = client.run(messages.bind(statement="drop") + messages.describe_portal() + messages.execute() + messages.SYNC)
        assert (result.kinds, result.tags) == ("2nCZ", ["DROP DATABASE"])


def test_the_template_of_another_name_is_left_too(start_howdah, postgres):
    howdah = start_howdah(databases={"alias": {"backend": postgres.backend("template1")}})
    with clients_of(howdah, "postgres", database="alias"), admin(howdah) as client:
        assert postgres.connections("template1") == 1
        assert client.query("create database two").tags == ["CREATE DATABASE"]


def test_servers_of_other_databases_stay(start_howdah, postgres):
    howdah = start_howdah()
    with clients_of(howdah, "app", database="app"), clients_of(howdah, "app"), admin(howdah) as client:
        before = postgres.rows("select pid from pg_stat_activity where datname = 'app'")
        assert client.query("drop database one").tags == ["DROP DATABASE"]
        assert postgres.rows("select pid from pg_stat_activity where datname = 'app'") == before


def test_who_is_at_work_there_is_still_in_the_way(start_howdah, postgres):
    howdah = start_howdah()
    with clients_of(howdah, "app", "app") as (busy, _), admin(howdah) as client:
        busy.query("begin")
        result = client.query("drop database one")
        assert (result.kinds, result.sqlstate, result.status) == ("EZ", "55006", "I")
        assert busy.query("commit").status == "I"
        assert client.query("drop database one").tags == ["DROP DATABASE"]


def test_min_size_makes_no_new_connections_in_between_and_no_storm_afterwards(start_howdah, postgres):
    howdah = start_howdah(databases={"one": {"backend": postgres.backend(user="app"), "pool": {"min_size": 3, "max_size": 4}}})
    wait_until(lambda: postgres.connections("one") == 3, "min_size is there")
    with admin(howdah) as client:
        assert client.query("drop database one").tags == ["DROP DATABASE"]

    def failures():
        return howdah.log().count("log-in to the backend failed")

    wait_until(lambda: failures() >= 3, "howdah goes on trying")
    assert failures() < 10
    with pytest.raises(wire.ServerError) as refused:
        wire.connect(howdah, "app", "one")
    assert refused.value.sqlstate == "3D000"
    postgres.rows("create database one")
    wait_until(lambda: postgres.connections("one") == 3, "min_size is there again")


def test_an_error_of_a_command_with_nobody_in_the_way_is_passed_on(start_howdah, postgres):
    howdah = start_howdah()
    with admin(howdah) as client:
        outsider = postgres.connect("one")
        result = client.query("drop database one")
        outsider.close()
        assert (result.kinds, result.sqlstate) == ("EZ", "55006")
        for sql in ("drop database postgres", "begin; drop database one"):
            assert client.query(sql).of("E")
