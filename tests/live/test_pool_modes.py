"""Session and statement mode, per database and per user; limits on clients."""

import pytest

from support import messages, wire
from support.messages import query
from support.other_targets import target_name
from support.waiting import wait_until
from support.watch import wait_for_servers

BEGIN_IN_STATEMENT_MODE = ["begin", "start transaction", "BEGIN ISOLATION LEVEL SERIALIZABLE", "/* so */ begin"]


def app(howdah, user="app", **more):
    return wire.connect(howdah, user, "app", **more)


def idle_servers(howdah):
    with wire.connect(howdah, howdah.admin_user, "howdah") as console:
        pools = console.query("show pools")
        return sum(int(row[pools.columns.index("sv_idle")]) for row in pools.rows)


def is_closed_with(connection, sqlstate):
    result = connection.read_to_end()
    return (result.error["V"], result.sqlstate) == ("FATAL", sqlstate)


def test_session_mode_keeps_one_server_and_tells_its_process_id(start_howdah):
    howdah = start_howdah(pool={"mode": "session", "max_size": 2})
    with app(howdah) as first, app(howdah) as second:
        first.query("set work_mem = '3MB'")
        assert first.query("show work_mem").value == "3MB"
        servers = [int(client.query("select pg_backend_pid()").value) for client in (first, second)]
        assert len(set(servers)) == 2
        if target_name() != "pgbouncer":
            assert servers == [first.process_id, second.process_id]


@pytest.mark.howdah_only
def test_transaction_mode_tells_the_process_id_of_the_server_that_it_gets_first(start_howdah):
    howdah = start_howdah(pool={"max_size": 4})
    app(howdah).close()
    clients = []
    for _ in range(10):
        wait_until(lambda: idle_servers(howdah) == 1, "the server is idle")
        clients.append(app(howdah))
    for client in clients + clients:
        wait_until(lambda: idle_servers(howdah) == 1, "the server is idle again")
        assert int(client.query("select pg_backend_pid()").value) == client.process_id
    assert len({(client.process_id, client.key) for client in clients}) == 10
    clients[0].send(query("select pg_sleep(60)"))
    clients[1].cancel()
    assert clients[2].query("select 1").value == "1"
    clients[0].cancel()
    assert clients[0].ready().sqlstate == "57014"
    for client in clients:
        client.close()


@pytest.mark.howdah_only
def test_session_mode_hands_its_server_on_clean(start_howdah):
    howdah = start_howdah(pool={"mode": "session", "max_size": 1})
    with app(howdah) as first:
        server = first.query("select pg_backend_pid()").value
        first.query("set work_mem = '3MB'; create temp table left_behind (); select pg_advisory_lock(7); listen news")
    with app(howdah) as second:
        found = second.query("show work_mem").value, second.query("select to_regclass('left_behind')").value
        assert found == ("4MB", None)
        assert second.query("select count(*) from pg_locks where locktype = 'advisory'").value == "0"


# What nobody could tell from the texts: a view, a trigger and a default that call a function.
LEAVES = """
create function leave() returns int language sql as $$ select set_config('my.mark', 'left', false); select 1 $$;
create function leave_in_trigger() returns trigger language plpgsql as $$ begin perform leave(); return new; end $$;
create view innocent as select leave();
create table plain (a serial);
create table guarded (a int);
create trigger of_guarded before insert on guarded for each row execute function leave_in_trigger();
"""
BY_TEXTS = ["select leave()", "select * from innocent", "insert into guarded values (1)", "insert into plain default values"]


@pytest.fixture
def telling_postgres(own_postgres):
    """It logs each statement."""
    own_postgres.rows("alter system set log_statement = 'all'")
    own_postgres.rows("select pg_reload_conf()")
    own_postgres.rows(LEAVES, database="app")
    own_postgres.rows("grant all on all tables in schema public to app; grant all on all sequences in schema public to app", database="app")
    return own_postgres


@pytest.mark.howdah_only
def test_session_mode_resets_where_something_may_have_been_left(start_howdah, telling_postgres):
    def resets():
        return telling_postgres.log().count("statement: DISCARD ALL")

    howdah = start_howdah(cluster=telling_postgres, pool={"mode": "session", "max_size": 1})
    for sql in ("", "select 1", "begin; select 'x' as y; commit", "show work_mem"):
        with app(howdah) as client:
            assert not client.query(sql).error
    with app(howdah) as client:
        assert client.query("select 1").value == "1"
        assert resets() == 0
    for number, sql in enumerate(BY_TEXTS, 1):
        with app(howdah) as client:
            assert not client.query(sql).error
        with app(howdah) as client:
            assert resets() == 2 * number - 1
            # Empty where the setting is known to the process and has no value.
            assert client.query("select coalesce(current_setting('my.mark', true), '')").value == ""
            assert client.query("select lastval()").sqlstate == "55000"


@pytest.mark.howdah_only
def test_a_server_may_be_closed_instead_of_reset(start_howdah, telling_postgres):
    pool = {"mode": "session", "max_size": 1, "state": {"close_instead_of_reset": True}}
    howdah = start_howdah(cluster=telling_postgres, pool=pool)
    process_ids = []
    for sql in ("select 1", "select 1", "select * from innocent", "select 1"):
        with app(howdah) as client:
            process_ids.append(client.process_id)
            client.query(sql)
    first, second, third, fourth = process_ids
    assert first == second == third != fourth
    assert "DISCARD ALL" not in telling_postgres.log()


@pytest.mark.howdah_only
def test_session_mode_waits_for_a_server_of_a_client_that_left(start_howdah):
    howdah = start_howdah(pool={"mode": "session", "max_size": 1})
    first = app(howdah)
    assert first.query("select 1").value == "1"
    second = wire.Connection(howdah.host, howdah.port)
    second.send(messages.startup(user="app", database="app") )
    first.close()
    second.authenticate("app", None)
    assert second.query("select 2").value == "2"
    second.close()


@pytest.mark.howdah_only
@pytest.mark.parametrize("sql", BEGIN_IN_STATEMENT_MODE)
def test_statement_mode_refuses_a_transaction_block_and_stays(start_howdah, postgres, sql):
    howdah = start_howdah(pool={"mode": "statement", "max_size": 1})
    with app(howdah) as client:
        for content in (query(sql), messages.extended(sql) + messages.SYNC):
            result = client.run(content)
            assert result.error["V"] == "ERROR" and result.status == "I"
            assert "statement" in result.error["M"]
            assert client.query("select 'alive'").value == "alive"
    assert postgres.connections("app", "state like 'idle in transaction%%'") == 0


@pytest.mark.howdah_only
def test_statement_mode_runs_single_statements(start_howdah):
    howdah = start_howdah(pool={"mode": "statement", "max_size": 1})
    with app(howdah) as first, app(howdah) as second:
        for number in range(10):
            assert first.query(f"select {number}").value == str(number)
            assert second.execute(f"select {number}").value == str(number)
        assert first.query("select 1/0").sqlstate == "22012"
        assert first.query("select 1; select 2").tags == ["SELECT 1", "SELECT 1"]


@pytest.mark.howdah_only
def test_a_user_may_have_another_mode_than_the_database(start_howdah):
    howdah = start_howdah(pool={"mode": "transaction", "max_size": 2}, users={"app": {"pool_mode": "session"}})
    with app(howdah) as client:
        assert int(client.query("select pg_backend_pid()").value) == client.process_id
        client.query("set work_mem = '3MB'")
        assert client.query("show work_mem").value == "3MB"


LIMITS = {
    "in all": {"client": {"max_connections": 3}},
    "of the database": {"pool": {"max_clients": 3}},
    "of the user": {"users": {"app": {"max_clients": 3}}},
}


@pytest.mark.howdah_only
@pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS)
def test_one_client_too_many_is_told_53300(start_howdah, limit):
    howdah = start_howdah(**limit)
    clients = [app(howdah) for _ in range(3)]
    for _ in range(3):
        with wire.Connection(howdah.host, howdah.port) as refused:
            refused.send(messages.startup(user="app", database="app"))
            assert is_closed_with(refused, "53300")
    assert all(client.query("select 1").value == "1" for client in clients)
    clients.pop().close()

    def is_admitted():
        try:
            clients.append(app(howdah))
            return True
        except wire.ServerError as error:
            assert error.sqlstate == "53300"
            return False

    wait_until(is_admitted, "the place of the one that left is free")


@pytest.mark.howdah_only
def test_a_limit_of_one_database_leaves_others_alone(start_howdah, postgres):
    howdah = start_howdah(
        databases={"app": {"backend": postgres.backend(), "pool": {"max_clients": 1}}},
    )
    with app(howdah), wire.connect(howdah, "app", "postgres") as other:
        assert other.query("select 1").value == "1"
        with pytest.raises(wire.ServerError):
            app(howdah)


@pytest.mark.howdah_only
def test_servers_of_session_mode_go_back_when_the_client_leaves(start_howdah, postgres):
    howdah = start_howdah(pool={"mode": "session", "max_size": 3, "idle_timeout": "200ms"})
    clients = [app(howdah) for _ in range(3)]
    for client in clients:
        client.query("begin")
    wait_for_servers(postgres, 3)
    for client in clients:
        client.reset()
    wait_for_servers(postgres, 0)
