"""The extended protocol through a pool: pipelines, portals, errors in the middle, failed transactions."""

import pytest

from support import wire
from support.differential import WAYS_TO_CUT, alive, compare, until
from support.messages import (
    FLUSH,
    SYNC,
    bind,
    close_portal,
    close_statement,
    describe_portal,
    describe_statement,
    execute,
    extended,
    parse,
    query,
)

pytestmark = pytest.mark.beyond_pgbouncer

LOGIN = {"user": "postgres", "database": "postgres"}
Z = until("Z")
TEN = "select n from generate_series(1, 10) n"

SCRIPTS = {
    "parse, bind, describe, execute": [extended("select $1::text, 2", ["x"]) + SYNC, Z],
    "ten in one pipeline with one Sync": [b"".join(extended(f"select {n}") for n in range(10)) + SYNC, Z],
    "ten in one pipeline with ten Syncs": [b"".join(extended(f"select {n}") + SYNC for n in range(10)), *[Z] * 10],
    "queries and extended mixed": [(query("select 1") + extended("select 2") + SYNC) * 5, *[Z] * 10],
    "simple queries in one send": [query("select 1") * 20, *[Z] * 20],
    "Flush instead of Sync": [extended("select 1") + FLUSH, until("C"), extended("select 2") + FLUSH, until("C"), SYNC, Z],
    "as asyncpg: Parse, Describe, Flush first": [
        parse("", "select $1::int4 + 1") + describe_statement() + FLUSH,
        until("T"),
        bind(values=["41"]) + execute() + SYNC,
        Z,
    ],
    "Flush, then an error, then Sync": [extended("select 1") + FLUSH, until("C"), extended("select 1/0") + FLUSH, until("E"), SYNC, Z],
    "error in the middle of a pipeline": [
        extended("select 1") + extended("select 1/0") + extended("select 2") + SYNC + extended("select 3") + SYNC, Z, Z,
    ],
    "error, then a query before the Sync": [extended("select 1/0") + query("select 2") + SYNC + extended("select 3") + SYNC, Z, Z],
    "query in an unsynced batch": [extended("select 1") + query("select 2") + SYNC, Z, Z],
    "transaction in a pipeline": [
        b"".join(extended(sql) + SYNC for sql in ("begin", "select 1", "commit", "select 2")), *[Z] * 4,
    ],
    "failed transaction": [
        query("begin"), Z, query("select 1/0"), Z, query("select 1"), Z, extended("select 2") + SYNC, Z, query("rollback"), Z,
    ],
    "failed transaction that commits": [query("begin"), Z, query("select 1/0"), Z, query("commit"), Z],
    "begin and error in one query": [query("begin; select 1/0; select 2"), Z, query("select 3"), Z, query("rollback"), Z],
    "savepoint": [query("begin; savepoint a"), Z, query("select 1/0"), Z, query("rollback to a"), Z, query("commit"), Z],
    "portal with a row limit": [
        query("begin"), Z,
        parse("", TEN) + bind("p") + execute("p", 4) + SYNC, Z,
        execute("p", 4) + SYNC, Z,
        execute("p", 4) + SYNC, Z,
        execute("p", 4) + SYNC, Z,
        query("commit"), Z,
    ],
    "portal with a row limit, without a transaction": [
        parse("", TEN) + bind() + execute("", 3) + execute("", 3) + FLUSH, until("s"), until("s"), execute() + SYNC, Z,
    ],
    "two portals at a time": [
        query("begin"), Z,
        parse("", TEN) + bind("a") + bind("b") + execute("a", 1) + execute("b", 2) + execute("a", 1) + SYNC, Z,
        close_portal("a") + describe_portal("b") + execute("b") + SYNC, Z,
        execute("a") + SYNC, Z,
        query("rollback"), Z,
    ],
    "portal that is in use": [query("begin"), Z, parse("", TEN) + bind("p") + bind("p") + SYNC, Z, query("rollback"), Z],
    "cursor of SQL through a portal": [
        query("begin; declare c cursor for " + TEN), Z, describe_portal("c") + execute("c", 3) + SYNC, Z,
        query("fetch 2 from c"), Z, query("commit"), Z,
    ],
    "named statement within one batch": [
        parse("one", "select $1::int8") + bind("", "one", ["5"]) + execute() + bind("", "one", ["6"]) + execute()
        + close_statement("one") + SYNC, Z,
    ],
    "named statement twice": [
        query("begin"), Z, parse("two", "select 1") + SYNC, Z, parse("two", "select 2") + SYNC, Z, query("rollback"), Z,
        close_statement("two") + SYNC, Z,
    ],
    "closing a portal keeps the statement of that name": [
        query("begin"), Z,
        parse("same", "select 7") + close_portal("same") + bind("", "same") + execute() + close_statement("same") + SYNC, Z,
        query("commit"), Z,
    ],
    "a query ends the unnamed statement": [query("begin"), Z, parse("", "select 8") + SYNC, Z, query("select 9"), Z, bind() + SYNC, Z, query("rollback"), Z],
    "empty statement": [extended("") + SYNC, Z],
    "binary results": [parse("", "select 1::int4, 2::int8, now() is null") + bind(result_formats=[1]) + describe_portal() + execute() + SYNC, Z],
    "null, empty and long values": [extended("select $1::text, $2::text, $3::text", [None, "", "x" * 100_000]) + SYNC, Z],
    "thousand parameters": [extended("select " + "+".join(f"${n}::int" for n in range(1, 1001)), [1] * 1000) + SYNC, Z],
    "notices in a pipeline": [
        extended("do $$ begin raise notice 'one'; end $$") + extended("select 1") + SYNC, Z,
    ],
    "utility and tags": [
        extended("create temp table t (id int) on commit drop") + SYNC, Z,
        query("begin; create temp table t (id int) on commit drop; insert into t values (1), (2); update t set id = 3; commit"), Z,
    ],
    "only Sync": [SYNC, Z],
    "only Flush, then Sync": [FLUSH + SYNC, Z],
    "result of a megabyte": [query("select repeat('x', 1000000)"), Z],
    "rows that no read holds": [query("select n, repeat('y', n % 3000) from generate_series(1, 5000) n"), Z],
}


@pytest.mark.parametrize("cut", [None, 1, 7], ids=["whole", "byte by byte", "seven bytes"])
@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_the_extended_protocol_is_what_postgres_makes_it(direct, shared_howdah, script, cut):
    compare(direct, shared_howdah, [alive, *script, alive], cut, LOGIN)


def test_a_row_of_twenty_megabytes_goes_both_ways(direct, shared_howdah):
    script = [extended("select $1::text", ["z" * 20_000_000]) + SYNC, Z]
    compare(direct, shared_howdah, [*script, alive], login=LOGIN)


def test_a_pipeline_larger_than_every_buffer_does_not_lock_up(shared_howdah):
    """Ten thousand queries, their answers read only after all are sent by another thread."""
    import threading

    count = 10_000
    with wire.connect(shared_howdah, timeout=60) as connection:
        pipeline = b"".join(extended(f"select {n}, repeat('x', 500)") + SYNC for n in range(count))
        sender = threading.Thread(target=connection.send, args=(pipeline,))
        sender.start()
        for n in range(count):
            assert connection.ready().rows[0][0] == str(n)
        sender.join()


def test_flush_without_sync_keeps_its_server(start_howdah):
    """A batch without Sync is an open transaction, though no ReadyForQuery ever said so."""
    howdah = start_howdah(pool={"max_size": 2})
    with wire.connect(howdah) as first, wire.connect(howdah) as second:
        first.send(extended("select pg_backend_pid()") + FLUSH)
        server = first.read_until("C").value
        for _ in range(20):
            assert second.query("select pg_backend_pid()").value != server
        assert first.run(extended("select pg_backend_pid()") + SYNC).value == server


def test_a_suspended_portal_keeps_its_server(start_howdah):
    howdah = start_howdah(pool={"max_size": 2})
    with wire.connect(howdah) as first, wire.connect(howdah) as second:
        first.send(parse("", TEN) + bind() + execute("", 2) + FLUSH)
        assert first.read_until("s").kinds == "12DDs"
        taken = second.query("select pg_backend_pid()").value
        assert second.query("select pg_backend_pid()").value == taken
        rest = first.run(execute() + SYNC)
        assert len(rest.rows) == 8
