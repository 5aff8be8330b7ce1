"""asyncpg as its documentation shows it. Arguments: a number for names of its own; options as statement_cache_size=0; and
the names of other parts than the usual ones: pool, ddl."""

import asyncio
import datetime
import decimal
import io
import sys

import asyncpg

NUMBER = int(sys.argv[1])
OPTIONS = {name: int(value) for name, value in (word.split("=") for word in sys.argv[2:] if "=" in word)}
TABLE = f"asyncpg_{NUMBER}"


def say(what, *values):
    print(f"{what}:", *values, flush=True)


async def sqlstate(awaitable):
    try:
        await awaitable
    except asyncpg.PostgresError as error:
        return error.sqlstate
    return "no error"


async def tables(connection):
    say("execute", await connection.execute(f"drop table if exists {TABLE}; drop type if exists {TABLE}_mood"))
    await connection.execute(f"create type {TABLE}_mood as enum ('sad', 'glad')")
    await connection.execute(
        f"create table {TABLE} (id int primary key, name text, price numeric, tags text[], day date, mood {TABLE}_mood)"
    )


async def simple_calls(connection):
    row = (1, "one", decimal.Decimal("1.10"), ["a", "b"], datetime.date(2024, 2, 29), "glad")
    say("execute", await connection.execute(f"insert into {TABLE} values ($1, $2, $3, $4, $5, $6)", *row))
    rows = [(n, f"name {n}", decimal.Decimal(n), [], None, "sad") for n in range(2, 501)]
    await connection.executemany(f"insert into {TABLE} values ($1, $2, $3, $4, $5, $6)", rows)
    say("executemany", await connection.fetchval(f"select count(*) from {TABLE}"))
    for query in (f"select * from {TABLE} where id = $1", f"select id, name from {TABLE} where id = $1"):
        for key in (1, 500, 501):
            say("fetchrow", await connection.fetchrow(query, key))
    say("fetch", [tuple(row) for row in await connection.fetch(f"select id, tags from {TABLE} where id < 4 order by id")])
    say("fetch", len(await connection.fetch(f"select * from {TABLE} where id = any($1::int[])", list(range(100)))))
    many = [await connection.fetchval(f"select {n} + $1::int", n) for n in range(150)]
    say("150 texts, more than the cache holds", sum(many))


async def prepared_statements(connection):
    statement = await connection.prepare(f"select name, $2::text as word from {TABLE} where id = $1")
    say("prepare", [str(p.name) for p in statement.get_parameters()], [a.name for a in statement.get_attributes()])
    say("prepare", [tuple(await statement.fetchrow(n, f"word {n}")) for n in (1, 2, 3)])
    other = await connection.prepare(f"select count(*) from {TABLE} where id > $1")
    say("prepare", await other.fetchval(100), await statement.fetchval(7, "x", column=1), await other.fetchval(400))
    say("executemany fails in the middle", await sqlstate(
        connection.executemany(f"insert into {TABLE} (id) values ($1)", [(1001,), (1002,), (1,), (1003,)])
    ))
    say("executemany fails in the middle", await connection.fetchval(f"select count(*) from {TABLE} where id > 1000"))


async def cursors(connection):
    query = f"select id from {TABLE} where id > $1 order by id"
    async with connection.transaction():
        total = 0
        async for row in connection.cursor(query, 100, prefetch=30):
            total += row["id"]
        say("cursor, async for", total)
        cursor = await connection.cursor(query, 0)
        say("cursor", await cursor.forward(10), [row[0] for row in await cursor.fetch(3)], await cursor.fetchrow())
        statement = await connection.prepare(query)
        say("cursor of a statement", len([row async for row in statement.cursor(450)]))
    say("cursor outside a transaction", await sqlstate(no_cursor(connection, query)))


async def no_cursor(connection, query):
    try:
        async for _ in connection.cursor(query, 0):
            pass
    except asyncpg.NoActiveSQLTransactionError as error:
        raise error


async def transactions(connection):
    names = f"select array_agg(id order by id) from {TABLE} where id between 2000 and 2999"
    insert = f"insert into {TABLE} (id) values ($1)"
    async with connection.transaction():
        await connection.execute(insert, 2000)
        async with connection.transaction():
            await connection.execute(insert, 2001)
        say("a savepoint fails", await sqlstate(nested_failure(connection, insert)))
        await connection.execute(insert, 2003)
    say("nested transactions", await connection.fetchval(names))
    say("a transaction fails", await sqlstate(nested_failure(connection, insert)))
    for number, end in ((2010, "commit"), (2011, "rollback")):
        transaction = connection.transaction(isolation="repeatable_read")
        await transaction.start()
        await connection.execute(insert, number)
        await getattr(transaction, end)()
    say("start, commit, rollback", await connection.fetchval(names))
    async with connection.transaction(readonly=True):
        say("a read-only transaction", await sqlstate(connection.execute(insert, 2020)))
    say("after it", await connection.fetchval(names), await connection.execute(f"delete from {TABLE} where id > 2000"))


async def nested_failure(connection, insert):
    async with connection.transaction():
        await connection.execute(insert, 2002)
        await connection.execute(insert, 1)


async def copies(connection):
    rows = [(n, f"copied {n}") for n in range(10000, 12000)]
    say("copy in", await connection.copy_records_to_table(TABLE, records=rows, columns=["id", "name"]))
    text = io.BytesIO(b"20000,twenty\n20001,more\n")
    say("copy in", await connection.copy_to_table(TABLE, source=text, columns=["id", "name"], format="csv"))
    say("copy fails", await sqlstate(connection.copy_records_to_table(TABLE, records=rows[:5], columns=["id", "name"])))
    out = io.BytesIO()
    say("copy out", await connection.copy_from_query(f"select id, name from {TABLE} where id >= $1 order by id", 10000, output=out))
    say("copy out", len(out.getvalue()), out.getvalue()[-30:])


async def errors(connection):
    for query in ("select 1 / $1::int", "selec", "select * from nothing_here", "select 1 / ($1::int - $1::int)"):
        say("errors", await sqlstate(connection.fetch(query, *([0] if "$" in query else []))))
    statement = await connection.prepare("select 10 / $1::int")
    say("errors", await sqlstate(statement.fetch(0)), await statement.fetchval(5))


async def ddl(connection):
    """The cached statement no longer fits; asyncpg itself prepares it anew."""
    query = f"select * from {TABLE}"
    before = await connection.fetchrow(query)
    await connection.execute(f"insert into {TABLE} values (1, 'one')")
    await connection.execute(f"alter table {TABLE} drop column day, drop column mood")
    say("after DDL", before, await connection.fetchrow(query))
    await connection.execute(f"alter table {TABLE} alter column id type text")
    say("after DDL", await connection.fetchrow(query), await connection.fetchval(f"select max(id) from {TABLE}"))


async def pool(connection):
    async def work(pool, number):
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(f"insert into {TABLE} (id) values ($1)", number)
            return await connection.fetchval("select $1::int", number)

    async with asyncpg.create_pool(min_size=6, max_size=6, **OPTIONS) as pool:
        say("pool of six, gather", sum(await asyncio.gather(*(work(pool, n) for n in range(60)))))
        found = await asyncio.gather(*(pool.fetchval("select $1::text || current_user", str(n)) for n in range(60)))
        say("pool of six, gather", found[::20], len(set(found)))
        say("pool of six, an error", await sqlstate(pool.execute(f"insert into {TABLE} (id) values (1)")))
        await pool.executemany(f"insert into {TABLE} (id) values ($1)", [(n,) for n in range(30000, 30100)])
        say("pool of six, executemany", await pool.fetchval(f"select count(*) from {TABLE}"))


async def main():
    say("driver", "asyncpg", asyncpg.__version__)
    connection = await asyncpg.connect(**OPTIONS)
    usual = (simple_calls, prepared_statements, cursors, transactions, copies, errors)
    others = [part for part in (pool, ddl) if part.__name__ in sys.argv[2:]]
    for part in (tables, *(others or usual)):
        await part(connection)
    await connection.execute(f"drop table {TABLE}; drop type {TABLE}_mood")
    await connection.close()


asyncio.run(main())
