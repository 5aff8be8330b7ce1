"""Prepared statements whose tables change, over two servers between which the session is made to move: a client gets the rows
that it was told of, or their new description with them, or PostgreSQL's error."""

import pytest

from support import wire
from support.messages import (
    SYNC, bind, close_statement, describe_portal, describe_statement, execute, int32, parse, query,
)

pytestmark = pytest.mark.howdah_only

SELECT = "select * from ddl"
DDL = "alter table ddl add column more text"


@pytest.fixture(autouse=True)
def table(postgres):
    postgres.rows("drop table if exists ddl; create table ddl (id int); insert into ddl values (1); alter table ddl owner to app", database="app")
    yield
    postgres.rows("drop table if exists ddl", database="app")


@pytest.fixture(params=["through howdah", "behind its back"])
def change(request, two, postgres):
    """Runs DDL: by another client of howdah's, or by a migration that goes to PostgreSQL itself."""
    if request.param == "behind its back":
        yield lambda sql: postgres.rows(sql, database="app")
        return
    with two.connect() as other:
        yield lambda sql: two.on(0, other, query(sql))


def run(name, values=()):
    return bind("", name, values) + execute("")


def run_described(name):
    return bind("", name) + describe_portal() + execute("")


def prepare_on_both(two, client, content):
    """`content` prepares "a" and is answered without error; the other server gets it too."""
    assert two.on(0, client, content + SYNC).error is None
    assert two.on(1, client, run_described("a") + SYNC).error is None


# --- drivers that ask for the description each time: libpq, node-postgres


def test_who_reads_the_description_each_time_notices_nothing(two, ann, change):
    prepare_on_both(two, ann, parse("a", SELECT) + describe_statement("a"))
    change(DDL)
    for number in (1, 0, 1):
        result = two.on(number, ann, run_described("a") + SYNC)
        assert (result.kinds, result.columns) == ("2TDCZ", ["id", "more"])


def test_a_statement_with_an_effect_has_it_once(two, ann, change):
    prepare_on_both(two, ann, parse("a", "insert into ddl select max(id) + 1 from ddl returning *"))
    change(DDL)
    for number, found in ((1, "3"), (0, "4")):
        assert two.on(number, ann, run_described("a") + SYNC).rows[0][0] == found
    assert two.on(0, ann, query("select count(*), max(id) from ddl")).rows == [("4", "4")]


# --- drivers that ask once: asyncpg, JDBC, pgx


def test_who_read_it_once_gets_the_error_as_from_postgres(two, ann, change, postgres):
    prepare_on_both(two, ann, parse("a", SELECT) + describe_statement("a"))
    with wire.connect(postgres, user="app", database="app") as direct:
        assert direct.run(parse("a", SELECT) + describe_statement("a") + run("a") + SYNC).error is None
        change(DDL)
        expected = direct.run(run("a") + SYNC)
        for number in (1, 0, 1, 0):
            found = two.on(number, ann, run("a") + SYNC)
            assert found.kinds == expected.kinds == "EZ"
            assert [found.error[field] for field in "SVCMR"] == [expected.error[field] for field in "SVCMR"]


def test_and_is_well_when_it_prepares_the_text_again(two, ann, change):
    prepare_on_both(two, ann, parse("a", SELECT) + describe_statement("a"))
    change(DDL)
    assert two.on(1, ann, run("a") + SYNC).sqlstate == "0A000"
    assert two.on(1, ann, parse("b", SELECT) + describe_statement("b") + SYNC).columns == ["id", "more"]
    for number in (0, 1):
        assert two.on(number, ann, run("b") + SYNC).rows == [("1", None)]


def test_in_a_transaction_the_error_fails_it(two, ann, change):
    prepare_on_both(two, ann, parse("a", SELECT) + describe_statement("a"))
    change(DDL)
    for number in (0, 1):
        result = two.on(number, ann, query("begin; select 1") + run("a") + SYNC + query("rollback"))
        assert result.error is None and ann.ready().sqlstate == "0A000" and ann.ready().status == "I"


def test_a_server_that_lacks_the_statement_gives_no_other_rows(two, ann):
    assert two.on(0, ann, parse("a", SELECT) + describe_statement("a") + SYNC).columns == ["id"]
    two.on(0, ann, query(DDL))
    assert two.on(1, ann, run("a") + SYNC).sqlstate == "0A000"


def test_where_nothing_has_changed_nobody_notices_that_it_was_asked(two, ann):
    assert two.on(0, ann, parse("a", SELECT) + describe_statement("a") + SYNC).error is None
    two.on(0, ann, query("create table ddl_2 (id int); drop table ddl_2"))
    assert two.on(1, ann, run("a") + SYNC).kinds == "2DCZ"


def test_the_types_of_parameters_count_too(two, ann):
    """Their binary values would be read as something else."""
    prepared = two.on(0, ann, parse("a", "delete from ddl where id = $1") + describe_statement("a") + SYNC)
    assert prepared.kinds == "1tnZ"
    two.on(0, ann, query("alter table ddl alter column id type float4"))
    assert two.on(1, ann, bind("", "a", [b"\0\0\0\1"], [1]) + execute("") + SYNC).sqlstate == "0A000"


# --- what else may have become of it


def test_who_was_never_told_of_rows_gets_the_new_ones(two, ann, change):
    assert two.on(0, ann, parse("a", SELECT) + SYNC).error is None
    assert two.on(1, ann, run("a") + SYNC).kinds == "2DCZ"
    change(DDL)
    for number in (1, 0):
        assert two.on(number, ann, run("a") + SYNC).rows == [("1", None)]


def test_a_text_prepared_again_after_ddl_never_meets_the_old_statement(two, ann):
    two.on(0, ann, parse("a", SELECT) + run("a") + SYNC)
    two.on(1, ann, run("a") + SYNC)
    two.on(1, ann, query("alter table ddl alter column id type text"))
    with two.connect() as bob:
        for number in (0, 1):
            again = close_statement("b") + parse("b", SELECT) + describe_statement("b") + run("b") + SYNC
            result = two.on(number, bob, again)
            assert result.error is None and result.value == "1"
            assert result.of("T")[0].body[11:15] == int32(25)  # text


def test_a_text_whose_table_is_gone_fails_as_in_postgres(two, ann):
    two.on(0, ann, parse("a", SELECT) + describe_statement("a") + SYNC)
    two.on(1, ann, query("drop table ddl"))
    assert two.on(0, ann, parse("b", SELECT) + SYNC).sqlstate == "42P01"
    for number in (0, 1):
        result = two.on(number, ann, run("a") + SYNC)
        assert (result.kinds, result.sqlstate) == ("EZ", "42P01")
        assert ann.query("select 'alive'").value == "alive"
    two.on(1, ann, query("create table ddl (other int)"))
    assert two.on(0, ann, parse("b", SELECT) + describe_statement("b") + SYNC).columns == ["other"]


def test_ddl_that_is_rolled_back_concerns_nobody(two, ann):
    prepare_on_both(two, ann, parse("a", SELECT) + describe_statement("a"))
    with two.connect() as bob:
        two.on(0, bob, query("begin; " + DDL) + parse("b", SELECT) + describe_statement("b") + SYNC + query("rollback"))
        assert bob.ready().columns == ["id", "more"] and bob.ready().status == "I"
    for number in (0, 1):
        assert two.on(number, ann, run("a") + SYNC).rows == [("1",)]
