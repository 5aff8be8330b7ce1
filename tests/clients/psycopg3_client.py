"""psycopg 3 as its documentation shows it. The argument is a number for names of its own."""

import datetime
import decimal
import sys

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

TABLE = f"psycopg3_{int(sys.argv[1])}"


def say(what, *values):
    print(f"{what}:", *values, flush=True)


def sqlstate(call, *arguments):
    try:
        call(*arguments)
    except psycopg.Error as error:
        return error.sqlstate or type(error).__name__
    return "no error"


def simple_calls(connection):
    connection.execute(f"drop table if exists {TABLE}")
    connection.execute(f"create table {TABLE} (id int primary key, name text, price numeric, tags text[], day date, more jsonb)")
    cursor = connection.cursor()
    row = (1, "one", decimal.Decimal("1.10"), ["a", "b"], datetime.date(2024, 2, 29), Jsonb({"a": [1]}))
    cursor.execute(f"insert into {TABLE} values (%s, %s, %s, %s, %s, %s)", row)
    cursor.executemany(f"insert into {TABLE} (id, name) values (%s, %s)", [(n, f"name {n}") for n in range(2, 501)])
    say("executemany", cursor.rowcount)
    say("execute", cursor.execute(f"select * from {TABLE} where id = %s", (1,)).fetchone())
    with connection.cursor(binary=True, row_factory=dict_row) as binary:
        say("binary", binary.execute(f"select id, price, tags, more from {TABLE} where id = %(id)s", {"id": 1}).fetchall())
    connection.commit()
    say("errors", sqlstate(connection.execute, "select 1 / %s", (0,)), sqlstate(connection.execute, "select 1"))
    connection.rollback()


def automatic_preparing(connection):
    """A text is prepared when it is executed for the sixth time; the cache holds a hundred, the rest is deallocated."""
    found = []
    for n in range(1, 31):
        found.append(connection.execute(f"select name from {TABLE} where id = %s", (n,)).fetchone()[0])
        connection.commit()
    say("prepared automatically", found[0], found[5], found[29], len(set(found)))
    total = 0
    for text in range(130):
        for turn in range(7):
            total += connection.execute(f"select {text} + %s::int", (turn,)).fetchone()[0]
            connection.commit()
    say("130 texts prepared, 30 deallocated", total)
    for text in (0, 129, 1):
        say("prepared again", [connection.execute(f"select {text} + %s::int", (n,), prepare=True).fetchone()[0] for n in range(3)])
    connection.commit()
    query = f"select 10 / %s::int, count(*) from {TABLE}"
    say("prepared and failing", [sqlstate(fail_and_roll_back, connection, query, n % 2) for n in range(14)])


def fail_and_roll_back(connection, query, value):
    try:
        connection.execute(query, (value,))
    finally:
        connection.rollback()


def transactions(connection):
    with connection.transaction():
        connection.execute(f"insert into {TABLE} (id) values (2000)")
        say("savepoints", sqlstate(insert_nested, connection, 2001), sqlstate(insert_nested, connection, 2002, 1))
    say("transactions", sqlstate(insert_nested, connection, 2003, 1))
    say("transactions", connection.execute(f"select array_agg(id order by id) from {TABLE} where id >= 2000").fetchone())
    connection.execute(f"delete from {TABLE} where id >= 2000")
    connection.rollback()
    say("rollback", connection.execute(f"select count(*) from {TABLE} where id >= 2000").fetchone())
    connection.execute(f"delete from {TABLE} where id >= 2000")
    connection.commit()


def insert_nested(connection, *numbers):
    with connection.transaction():
        for number in numbers:
            connection.execute(f"insert into {TABLE} (id) values (%s)", (number,))


def server_side_cursors(connection):
    with connection.cursor(name="browse") as cursor:
        cursor.execute(f"select id from {TABLE} where id > %s order by id", (100,))
        cursor.itersize = 37
        say("server-side cursor", cursor.fetchone(), len(cursor.fetchmany(10)), sum(row[0] for row in cursor))
    with connection.cursor(name="there and back", scrollable=True) as cursor:
        cursor.execute(f"select id from {TABLE} order by id")
        cursor.scroll(100)
        say("server-side cursor", cursor.fetchone())
        cursor.scroll(-50)
        say("server-side cursor", cursor.fetchmany(2))
    connection.commit()


def pipelines(connection):
    with connection.pipeline() as pipeline:
        cursors = [connection.execute(f"select name from {TABLE} where id = %s", (n,)) for n in range(1, 101)]
        say("pipeline", [cursor.fetchone()[0] for cursor in cursors][::33])
        connection.execute(f"insert into {TABLE} (id) values (3000)")
        pipeline.sync()
        many = connection.cursor()
        many.executemany(f"insert into {TABLE} (id) values (%s) returning id", [(n,) for n in range(3001, 3101)], returning=True)
        say("pipeline", many.fetchone())
    connection.commit()
    say("pipeline that fails", sqlstate(failing_pipeline, connection))
    connection.rollback()
    say("pipeline", connection.execute(f"select count(*) from {TABLE} where id >= 3000").fetchone())
    connection.commit()
    connection.autocommit = True
    with connection.pipeline():
        for n in range(20):
            connection.execute(f"update {TABLE} set name = %s where id = %s", (f"new {n}", n))
    say("pipeline, autocommit", connection.execute(f"select count(*) from {TABLE} where name like 'new %'").fetchone())
    connection.autocommit = False


def failing_pipeline(connection):
    with connection.pipeline():
        connection.execute(f"insert into {TABLE} (id) values (3200)")
        connection.execute(f"insert into {TABLE} (id) values (1)")
        connection.execute(f"insert into {TABLE} (id) values (3201)")


def copies(connection):
    cursor = connection.cursor()
    with cursor.copy(f"copy {TABLE} (id, name) from stdin") as copy:
        for n in range(10_000, 12_000):
            copy.write_row((n, f"copied {n}"))
    say("copy in", cursor.rowcount)
    with cursor.copy(f"copy {TABLE} (id, name) from stdin (format binary)") as copy:
        copy.set_types(["int4", "text"])
        copy.write_row((20_000, "binary"))
    with cursor.copy(f"copy (select id, name from {TABLE} where id >= 11990 order by id) to stdout") as copy:
        say("copy out", list(copy.rows()))
    connection.commit()
    say("copy fails", sqlstate(failing_copy, connection))
    connection.rollback()
    say("after it", cursor.execute(f"select count(*) from {TABLE}").fetchone())
    connection.commit()


def failing_copy(connection):
    with connection.cursor().copy(f"copy {TABLE} (id) from stdin") as copy:
        copy.write_row((1,))


def main():
    say("driver", "psycopg", psycopg.__version__)
    with psycopg.connect() as connection:
        for part in (simple_calls, automatic_preparing, transactions, server_side_cursors, pipelines, copies):
            part(connection)
        connection.execute(f"drop table {TABLE}")


main()
