"""A function may leave something that neither its call nor a command tag tells of: the catalog does."""

import psycopg2
import pytest

from support import messages, wire
from support.console import metric
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

APP = {"user": "app", "database": "app"}

SCHEMA = """
create function set_tenant(t text) returns text language plpgsql as $$ begin return set_config('app.tenant', t, false); end $$;
create function "Set Somebody $x"(t text) returns text language sql as $$ select set_tenant(t) $$;
create function nested() returns text language sql as $$ select "Set Somebody $x"('nested') $$;
create function standard() returns text return set_config('app.tenant', 'standard', false);
create function by_command() returns text language plpgsql as $$ begin set app.tenant = 'command'; return 'command'; end $$;
create function dynamic(command text) returns text language plpgsql as $$ begin execute command; return 'dynamic'; end $$;
create function set_locally(t text) returns text language sql as $$ select set_config('app.tenant', t, true) $$;
create view tenants as select standard() as tenant;
create table places (id int, tenant text default standard());
create table watched (id int);
create function lock_it() returns trigger language plpgsql as $$ begin perform pg_advisory_lock(4711); return new; end $$;
create trigger lock_it before insert on watched for each row execute function lock_it();
create view behind as select id from watched;
create table parts (id int) partition by range (id);
create table one_part partition of parts default;
create trigger lock_it before insert on one_part for each row execute function lock_it();
create table plain (id int, tenant text default 'x');
create table counted (id int, tenant text);
create function harmless() returns trigger language plpgsql security definer as $$
  begin
    update plain set id = new.id, tenant = 'y' where id = 0; -- set app.tenant = 1
    insert into plain values (1) on conflict do nothing;
    perform set_config('app.tenant', '', true);
    return new;
  end $$;
create trigger harmless before insert on counted for each row execute function harmless();
insert into counted values (0, '');
"""

# Each sets app.tenant.
SETTERS = {
    "a call": ("select set_tenant('a')", "a"),
    "in capitals and quotes": ("select \"set_tenant\"('a'), SET_TENANT('b')", "b"),
    "a name with blanks": ("select \"Set Somebody $x\"('blank')", "blank"),
    "functions that call it": ("select nested()", "nested"),
    "a body in the form of the standard": ("select standard()", "standard"),
    "SET": ("select by_command()", "command"),
    "EXECUTE": ("select dynamic('set app.tenant = ''dynamic''')", "dynamic"),
    "a view": ("select * from tenants", "standard"),
    "a default": ("insert into places (id) values (1)", "standard"),
}
LOCKERS = {
    "a trigger": "insert into watched values (1)",
    "a trigger behind a view": "insert into behind values (1)",
    "a trigger of a partition": "insert into parts values (1)",
}


@pytest.fixture(scope="module", autouse=True)
def schema(postgres):
    drop_schema(postgres)
    postgres.rows(SCHEMA, database="app")
    postgres.rows("grant all on all tables in schema public to public", database="app")
    yield
    drop_schema(postgres)


def drop_schema(postgres):
    postgres.rows("drop schema public cascade; create schema public; grant all on schema public to public", database="app")


def probes(howdah):
    return metric(howdah, "howdah_state_probes_total")


def tenant(client):
    return client.query("select current_setting('app.tenant', true)").value or None


def run_in(client, way):
    def run_prepared(sql):  # in a later transaction it is only bound
        client.run(messages.parse("p", sql) + messages.SYNC)
        client.query("select 1")
        return client.run(messages.bind("", "p") + messages.execute() + messages.SYNC)

    return {"simple": client.query, "unnamed": client.execute, "named": run_prepared}[way]


@pytest.mark.parametrize("way", ["simple", "unnamed", "named"])
@pytest.mark.parametrize(("sql", "value"), SETTERS.values(), ids=SETTERS)
def test_a_setting_goes_with_its_client_and_to_nobody_else(start_howdah, sql, value, way):
    howdah = start_howdah(pool={"max_size": 1}, workers=1)
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as other:
        assert run_in(client, way)(sql).error is None
        assert tenant(other) is None
        assert tenant(client) == value
        assert tenant(other) is None


@pytest.mark.parametrize("way", ["simple", "unnamed", "named"])
@pytest.mark.parametrize("sql", LOCKERS.values(), ids=LOCKERS)
def test_a_lock_keeps_the_server(start_howdah, sql, way):
    howdah = start_howdah(pool={"max_size": 1, "acquire_timeout": "1s"}, workers=1)
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as other:
        assert run_in(client, way)(sql).error is None
        assert other.query("select 1").sqlstate == "53300"
        client.query("select pg_advisory_unlock_all()")
        assert other.query("select 'free'").value == "free"


def test_what_leaves_nothing_is_not_asked_for(start_howdah):
    howdah = start_howdah(pool={"max_size": 1}, workers=1)
    with wire.connect(howdah, **APP) as client:
        for sql in ("insert into counted values (1, 'x')", "select * from watched", "select * from behind", "select set_locally('x')",
                    "select tenant, id from plain", "update plain set id = 2", "select lower('A')"):
            assert client.query(sql).error is None
            assert client.execute(sql).error is None
        assert probes(howdah) == 0
        client.query("select set_tenant('x')")
        tenant(client)
        wait_until(lambda: probes(howdah) == 1)  # a page is given again for a while


def test_a_function_that_is_made_later_is_known_at_once(start_howdah):
    howdah = start_howdah(pool={"max_size": 2, "state": {"catalog_refresh": 0}})
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as maker, wire.connect(howdah, **APP) as other:
        client.query("select 1")
        for number in range(5):
            body = f"select set_config('later.name_{number}', 'set', false)"
            assert maker.query(f"create function later_{number}() returns text language sql as $$ {body} $$").error is None
            assert client.query(f"select later_{number}()").error is None
            for looking in (other, maker):
                assert not looking.query(f"select current_setting('later.name_{number}', true)").value
            assert client.query(f"select current_setting('later.name_{number}', true)").value == "set"


def test_a_function_that_another_user_makes_is_known_at_once(start_howdah):
    howdah = start_howdah(pool={"max_size": 1, "state": {"catalog_refresh": 0}})
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, "postgres", "app") as maker, wire.connect(howdah, **APP) as other:
        client.query("select 1")
        body = "select set_config('maker.name', 'set', false)"
        assert maker.query(f"create function made() returns text language sql as $$ {body} $$").error is None
        assert client.query("select made()").error is None
        assert not other.query("select current_setting('maker.name', true)").value
        assert client.query("select current_setting('maker.name', true)").value == "set"


def test_a_function_that_is_made_elsewhere_is_known_soon(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 1, "state": {"catalog_refresh": "100ms"}}, workers=1)
    with wire.connect(howdah, **APP) as client:
        client.query("select 1")
        postgres.rows("create function elsewhere() returns text language sql as $$ select set_config('app.tenant', 'far', false) $$",
                      database="app")

        def is_known():
            before = probes(howdah)
            client.query("select elsewhere()")
            tenant(client)
            return probes(howdah) > before

        wait_until(is_known)
        assert tenant(client) == "far"


def test_always_finds_what_no_text_tells_of(start_howdah):
    howdah = start_howdah(pool={"max_size": 1, "state": {"read_catalog": False, "probe": "always"}}, workers=1)
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as other:
        client.query("select 1")
        assert metric(howdah, "howdah_state_surprises_total") == 0
        client.query("insert into watched values (1)")
        wait_until(lambda: metric(howdah, "howdah_state_surprises_total") == 1)
        client.query("select pg_advisory_unlock_all()")
        assert other.query("select 'free'").value == "free"
    assert "state left that no text had told of" in howdah.log()


def test_reading_the_catalog_is_not_met_by_nowait(start_howdah, own_postgres):
    """PostgreSQL's regression test `lock` is such a client."""
    howdah = start_howdah(cluster=own_postgres, workers=1)
    own_postgres.rows("create table a(); create table b(); create view v as select from a, b")
    holder, other, client = (psycopg2.connect(target.dsn()) for target in (own_postgres, howdah, howdah))
    other.autocommit = True
    other.cursor().execute("select 1")
    holder.cursor().execute("lock table b")
    other.cursor().execute("create function f() returns int language sql as 'select 1'")
    for _ in range(300):
        client.cursor().execute("lock table a nowait")
        client.rollback()
        other.cursor().execute("select 1")
