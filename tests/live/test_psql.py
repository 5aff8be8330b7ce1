"""psql: its \\d family, tab completion, \\copy, and \\watch with cancel."""

import subprocess

import pytest

from support import postgres as postgres_cluster
from support.terminal import Terminal
from support.waiting import wait_until

SHOP = """
create schema shop;
create type shop.color as enum ('red', 'green');
create table shop.brand (id int primary key, name text not null unique);
create table shop.product (id int primary key, brand_id int references shop.brand, color shop.color, price numeric check (price > 0));
create index product_color on shop.product (color);
create view shop.product_names as select name from shop.brand;
create function shop.add(int, int) returns int language sql as 'select $1 + $2';
create sequence shop.numbers;
comment on table shop.brand is 'who makes it';
insert into shop.brand select n, 'brand ' || n from generate_series(1, 100) n;
alter role app set search_path = shop, public;
alter schema shop owner to app;
grant all on all tables in schema shop to app;
"""


@pytest.fixture(scope="module", autouse=True)
def shop(postgres):
    postgres.rows(SHOP, database="app")
    yield
    postgres.rows("drop schema shop cascade; alter role app reset search_path", database="app")


def command(address, *options):
    return [f"{postgres_cluster.bin_folder()}/psql", "-X", "-h", address.host, "-p", str(address.port), "-U", "app", *options, "app"]


def psql(address, script, *options):
    done = subprocess.run(
        command(address, "-v", "VERBOSITY=sqlstate", *options), input=script, capture_output=True, text=True, timeout=60, check=False,
    )
    return done.returncode, done.stdout, done.stderr


FAMILY = (
    "d d+ dS da dA dAc dAf dAo dAp db dc dC dd dD ddp dE des det deu dew df df+ dfS dF dFd dFp dFt dg dg+ di di+ dl dL dL+ dm dn"
    " dn+ do dO dp dP drds dRp dRs ds ds+ dt dt+ dtS+ dT dT+ du du+ dv dv+ dx dx+ dX dy l l+ z sf sv"
).split()


@pytest.mark.parametrize("way", ["plain", "with the queries shown"])
def test_the_d_family_shows_what_it_shows_directly(direct, howdah, way):
    script = "".join(f"\\{name}\n" for name in FAMILY if name not in ("sf", "sv"))
    script += "".join(f"\\d{suffix} {name}\n" for suffix in ("", "+") for name in ("brand", "product", "product_names", "product_color", "numbers"))
    script += "\\sf add\n\\sf+ add\n\\sv product_names\n\\dt shop.*\n\\df add\n\\dT+ color\n\\conninfo\n\\encoding\n"
    options = ["-E"] if way != "plain" else []
    expected = psql(direct, script.replace("\\conninfo\n", ""), *options)
    assert psql(howdah, script.replace("\\conninfo\n", ""), *options) == expected
    assert expected[2].count("ERROR") == 0


SCRIPT = r"""
select 1 \gx
select 'a' as one, 'b' as two \gset
\echo :one :two
begin; insert into brand values (1000, 'x'); savepoint s; insert into brand values (1000, 'y'); rollback to s; rollback;
select 1/0;
select generate_series(1, 3) \g
select 'create table gexec_' || n || '(); drop table gexec_' || n from generate_series(1, 3) n \gexec
select * from brand order by id limit 3 \crosstabview
\set FETCH_COUNT 7
select * from brand order by id;
\unset FETCH_COUNT
select $1::int + $2::int \bind 1 2 \g
select 1; select 2 \; select 3;
\gdesc
select id, name from brand \gdesc
\errverbose
\copy (select * from brand order by id limit 2) to stdout
do $$ begin raise notice 'note'; end $$;
\timing off
copy brand to stdout (format csv, header);
"""


def test_a_script_of_all_kinds_prints_what_it_prints_directly(direct, howdah):
    expected = psql(direct, SCRIPT)
    assert psql(howdah, SCRIPT) == expected
    assert "brand 100" in expected[1]


def test_copy_goes_both_ways(howdah, postgres, tmp_path):
    path = tmp_path / "brands"
    status, _, errors = psql(
        howdah,
        f"\\copy (select n, 'copied ' || n from generate_series(2001, 52000) n) to '{path}'\n"
        f"begin;\n\\copy brand from '{path}'\nselect count(*) from brand;\nrollback;\n",
        "-At",
        "-v",
        "ON_ERROR_STOP=1",
    )
    assert (status, errors) == (0, "")
    assert len(path.read_text().splitlines()) == 50_000


def test_several_statements_on_the_command_line(howdah):
    done = subprocess.run(
        command(howdah, "-At", "-1", "-c", "select 1; select 2", "-c", "select 3"), capture_output=True, text=True, timeout=60, check=True,
    )
    assert done.stdout.split() == ["1", "2", "3"]


@pytest.fixture
def terminal(howdah):
    with Terminal(command(howdah)) as opened:
        opened.wait_for("app=> $")
        yield opened


def test_select_from_tab_lists_the_relations(terminal):
    terminal.type("select * from pro\t")
    terminal.wait_for("product")
    terminal.type("\t\t")
    assert "product_names" in terminal.wait_for("product_names")
    terminal.type("\x15select * from bra\t")
    terminal.wait_for("brand ")
    terminal.type("where na\t")
    terminal.wait_for("name ")
    terminal.type("= 'brand 7';\n")
    assert "(1 row)" in terminal.wait_for(r"\(1 row\)")


COMPLETIONS = {
    "tables": ("table bran\t", "brand "),
    "columns of an insert": ("insert into brand (na\t", "name"),
    "functions": ("drop function ad\t", "add"),
    "schemas": ("set search_path to sh\t", "shop"),
    "settings": ("set work_m\t", "work_mem "),
    "values of a setting": ("set intervalstyle to iso\t", "iso_8601"),
    "databases": ("\\c ap\t", "app"),
    "roles": ("set role po\t", "postgres"),
    "types": ("drop type shop.col\t", "shop.color"),
    "sequences": ("drop sequence num\t", "numbers"),
    "views": ("drop view product_n\t", "product_names"),
    "describe": ("\\d product_n\t", "product_names"),
    "constraints": ("alter table product drop constraint product_p\t", "product_p"),
    "enum values": ("alter type shop.color rename value 'r\t", "'red'"),
    "a qualified table": ("select * from shop.bran\t", "shop.brand "),
}


@pytest.mark.parametrize("typed, shown", COMPLETIONS.values(), ids=COMPLETIONS)
def test_tab_completes(terminal, typed, shown):
    terminal.type(typed)
    terminal.wait_for(shown.replace(".", "[.]"))
    terminal.type("\x15\\echo done\n")
    terminal.wait_for("\ndone")


def test_tab_completes_in_a_transaction_and_in_a_failed_one(terminal):
    terminal.type("begin;\n")
    terminal.wait_for("BEGIN")
    terminal.type("table bran\t")
    terminal.wait_for("brand ")
    terminal.type("limit 1/0;\n")
    terminal.wait_for("division by zero")
    terminal.type("table bran\t\t;\n")
    terminal.wait_for("current transaction is aborted")
    terminal.type("rollback;\n")
    terminal.wait_for("ROLLBACK")


def test_ctrl_c_cancels_a_query(terminal, postgres):
    terminal.type("select pg_sleep(60);\n")
    wait_until(lambda: postgres.connections("app", "wait_event = 'PgSleep'") == 1, "the query runs")
    terminal.type("\x03")
    terminal.wait_for("canceling statement due to user request")
    terminal.type("select 'still ' || 'here';\n")
    terminal.wait_for("still here")


def test_watch_goes_on_until_it_is_cancelled(terminal):
    terminal.type("select 'watched ' || count(*) from brand \\watch 0.1\n")
    for _ in range(5):
        terminal.wait_for("watched 100")
    terminal.type("\x03")
    terminal.wait_for("app=> ")
    terminal.type("select 'still ' || 'here';\n")
    terminal.wait_for("still here")
