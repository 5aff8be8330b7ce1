"""auth_query: users who are in no list are looked up in PostgreSQL."""

import threading

import pytest

from support import wire
from support.waiting import holds_for, wait_until
from support.watch import run_in_threads

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

METHODS = ["scram-sha-256", "md5", "password"]

LOOK_UP = """
create schema pooler;
create table pooler.asked (name text);
create table pooler.others (name text, secret text);
insert into pooler.others values ('application', 'no role'), ('null', null), ('twice', 'pw'), ('twice', 'pw');
create function pooler.look_up(who text, out name text, out secret text) returns setof record language plpgsql as $$
begin
  insert into pooler.asked values (who);
  return query select rolname::text, rolpassword from pg_catalog.pg_authid where rolname = who
               union all select o.name, o.secret from pooler.others o where o.name = who;
end $$;
create function pooler.wrong_name(who text, out name text, out secret text) language sql as $$ select upper(who), 'pw' $$;
create function pooler.one_column(who text) returns text language sql as $$ select who $$;
create function pooler.failing(who text, out name text, out secret text) language plpgsql as
  $$ begin raise exception 'the secret of % is 42', who; end $$;
create function pooler.slow(who text, out name text, out secret text) language sql as
  $$ select who, 'pw' from (select pg_sleep(60)) as slept $$;
create function pooler.settings(who text, out name text, out secret text) language sql as
  $$ select who, current_setting('search_path') || ' ' || current_setting('application_name') $$;
create role expired login password 'pw' valid until '2020-01-01';
create role endless login password 'pw' valid until 'infinity';
create role never login password 'pw' valid until '-infinity';
create role later login password 'pw' valid until '2099-01-01';
create role group_only nologin password 'pw';
create role without login;
create role "Quo'te \\" login password 'pw';
"""

CUSTOM = "select * from pooler.look_up($1)"


@pytest.fixture(scope="module")
def filled(postgres):
    connection = postgres.connect()
    connection.cursor().execute(LOOK_UP)
    yield postgres
    connection.cursor().execute(
        "drop schema pooler cascade; drop role expired, endless, never, later, group_only, without, \"Quo'te \\\""
    )
    connection.close()


@pytest.fixture
def start(start_howdah, filled):
    def start(method="scram-sha-256", more=None, **auth_query):
        entry = {"backend": filled.backend(user="postgres"), "auth_query": {"user": "postgres", **auth_query}, **(more or {})}
        rules = [{"from": "local", "method": "trust"}, {"from": "127.0.0.1/32", "method": method}]
        return start_howdah(databases={"*": entry}, auth=rules)

    return start


def outcome(howdah, user, password, **parameters):
    try:
        with wire.connect(howdah, user, "postgres", password, **parameters) as client:
            return client.query("select 1").value
    except wire.ServerError as error:
        assert error.fields["S"] == "FATAL"
        return error.sqlstate


@pytest.mark.parametrize("query", ["", CUSTOM], ids=["pg_authid", "a function"])
@pytest.mark.parametrize("method", METHODS)
def test_users_are_looked_up(start, method, query):
    howdah = start(method, query=query)
    for user, password in (("scram_user", "scram password"), ("later", "pw"), ("endless", "pw"), ("Quo'te \\", "pw")):
        if method == "md5" and user == "scram_user":
            continue
        assert outcome(howdah, user, password) == "1"
        assert outcome(howdah, user, password + "x") == "28P01"
    if method != "scram-sha-256":
        assert outcome(howdah, "md5_user", "md5 password") == "1"


@pytest.mark.parametrize("query", ["", CUSTOM], ids=["pg_authid", "a function"])
def test_who_may_not_log_in_cannot(start, query):
    howdah = start(query=query)
    for user in ("nobody", "group_only", "expired", "never", "without", "x" * 100, "ümläut", "Scram_User"):
        assert outcome(howdah, user, "pw") == "28P01", user


def test_users_who_are_no_roles_can_be_looked_up(start):
    howdah = start("password", query=CUSTOM)
    assert outcome(howdah, "application", "no role") == "1"
    for guess in ("", "x"):
        assert outcome(howdah, "null", guess) == "28P01"
    assert outcome(howdah, "twice", "pw") == "1"


def test_another_name_is_nobody(start):
    assert outcome(start("password", query="select * from pooler.wrong_name($1)"), "app", "pw") == "28P01"


@pytest.mark.parametrize("query", ["select * from pooler.failing($1)", "select pooler.one_column($1)", "select nonsense, $1", "copy pooler.others to stdout", "listen x"])
def test_a_query_that_fails_is_told_without_its_reason(start, query):
    howdah = start("password", query=query)
    with pytest.raises(wire.ServerError) as caught:
        wire.connect(howdah, "app", "postgres", "pw")
    assert caught.value.fields["M"] == "authentication query failed"
    assert set(caught.value.fields) == set("SVCM")
    assert caught.value.fields["S"] == "FATAL"
    assert "auth_query failed" in howdah.log()
    assert outcome(howdah, "other", "pw") == "08006"


def test_a_query_without_an_end_ends(start):
    howdah = start("password", query="select * from pooler.slow($1)", timeout="500ms")
    assert outcome(howdah, "app", "pw") == "08006"


def test_a_backend_that_is_gone_is_an_error_of_the_query(start, filled):
    howdah = start("password", more={"backend": "host=127.0.0.1 port=1 user=postgres"})
    assert outcome(howdah, "app", "pw") == "08006"


def test_nothing_of_the_client_comes_near_the_query(start):
    howdah = start("password", query="select * from pooler.settings($1)")
    secret = '"$user", public howdah-auth'
    evil = {"search_path": "evil", "application_name": "evil", "options": "-c search_path=evil -c role=app"}
    assert outcome(howdah, "application", "wrong", **evil) == "28P01"
    assert outcome(howdah, "somebody", secret, application_name="evil", search_path="evil") == "1"


def test_an_answer_is_remembered(start, filled):
    howdah = start("password", query=CUSTOM)
    filled.rows("delete from pooler.asked")
    for _ in range(5):
        assert outcome(howdah, "application", "no role") == "1"
    assert filled.rows("select count(*) from pooler.asked") == [(1,)]
    assert outcome(howdah, "guessed", "x") == "28P01"
    assert filled.rows("select name from pooler.asked") == [("application",), ("guessed",)]
    assert filled.value("select count(*) from pg_stat_activity where application_name = 'howdah-auth'") <= 2


def test_what_is_old_is_used_and_asked_for_behind(start, filled):
    howdah = start("password", query=CUSTOM, ttl="10ms", stale_ttl="1h")
    assert outcome(howdah, "application", "no role") == "1"
    connection = filled.connect()
    connection.autocommit = False
    connection.cursor().execute("lock table pooler.asked in access exclusive mode")
    assert holds_for(0.3, lambda: outcome(howdah, "application", "no role") == "1")
    connection.rollback()
    connection.close()


def test_many_who_come_at_once_ask_once(start, filled):
    howdah = start("password", query=CUSTOM)
    filled.rows("delete from pooler.asked")
    connection = filled.connect()
    connection.autocommit = False
    connection.cursor().execute("lock table pooler.asked in access exclusive mode")
    threads = threading.Thread(target=run_in_threads, args=(20, lambda _: outcome(howdah, "application", "no role")))
    threads.start()
    wait_until(lambda: filled.value("select count(*) from pg_stat_activity where wait_event_type = 'Lock'") == 1, "one asks")
    connection.rollback()
    connection.close()
    threads.join()
    assert filled.rows("select count(*) from pooler.asked") == [(1,)]


def test_a_changed_password_is_known_soon_after_the_old_one_failed(start, filled):
    filled.rows("create role changing login password 'first'")
    howdah = start(ttl="1h")
    try:
        assert outcome(howdah, "changing", "first") == "1"
        filled.rows("alter role changing password 'second'")
        wait_until(lambda: outcome(howdah, "changing", "second") == "1", "it is asked for anew")
        assert outcome(howdah, "changing", "first") == "28P01"
    finally:
        filled.rows("drop role changing")


def test_the_end_of_a_password_is_kept_though_it_is_remembered(start, filled):
    filled.rows("create role ending login password 'pw'")
    try:
        filled.rows("do $$ begin execute format('alter role ending valid until %L', now() + '1500 ms'); end $$")
        howdah = start(ttl="1h")
        assert outcome(howdah, "ending", "pw") == "1"
        wait_until(lambda: outcome(howdah, "ending", "pw") == "28P01", "the password has ended")
    finally:
        filled.rows("drop role ending")


def test_connections_that_ask_nothing_are_closed(start, filled):
    howdah = start("password", query=CUSTOM, idle_timeout="300ms")
    assert outcome(howdah, "application", "no role") == "1"
    asking = "select count(*) from pg_stat_activity where application_name = 'howdah-auth'"
    wait_until(lambda: filled.value(asking) == 0, "none is left")
    assert outcome(howdah, "guessed again", "x") == "28P01"


def test_a_connection_that_was_killed_is_made_anew(start, filled):
    howdah = start("password", query=CUSTOM, ttl="0", stale_ttl="0", max_connections=1)
    for _ in range(3):
        assert outcome(howdah, "application", "no role") == "1"
        killed = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'howdah-auth'"
        assert filled.rows(killed) == [(True,)]


def test_other_clients_go_on_meanwhile(start, filled):
    howdah = start("password", query="select * from pooler.slow($1)", timeout="3s")
    with wire.Connection(howdah.socket_folder, howdah.port) as client:
        client.login("app", "app")
        thread = threading.Thread(target=outcome, args=(howdah, "app", "pw"))
        thread.start()
        while thread.is_alive():
            assert client.query("select 1").value == "1"
        thread.join()
