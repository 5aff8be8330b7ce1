"""psycopg2 as its documentation shows it. The argument is a number for names of its own."""

import io
import sys

import psycopg2
import psycopg2.extensions
from psycopg2.extras import RealDictCursor, execute_batch, execute_values

TABLE = f"psycopg2_{int(sys.argv[1])}"


def say(what, *values):
    print(f"{what}:", *values, flush=True)


def sqlstate(call, *arguments):
    try:
        call(*arguments)
    except psycopg2.Error as error:
        return error.pgcode
    return "no error"


def simple_calls(connection):
    cursor = connection.cursor()
    cursor.execute(f"drop table if exists {TABLE}")
    cursor.execute(f"create table {TABLE} (id int primary key, name text, tags text[])")
    cursor.execute(f"insert into {TABLE} values (%s, %s, %s)", (1, "it's one", ["a", "b"]))
    cursor.executemany(f"insert into {TABLE} (id, name) values (%s, %s)", [(n, f"name {n}") for n in range(2, 101)])
    execute_values(cursor, f"insert into {TABLE} (id, name) values %s", [(n, f"name {n}") for n in range(101, 401)])
    execute_batch(cursor, f"insert into {TABLE} (id, name) values (%s, %s)", [(n, f"name {n}") for n in range(401, 501)])
    connection.commit()
    cursor.execute(f"select count(*), max(name) from {TABLE}")
    say("executemany, execute_values, execute_batch", cursor.fetchone())
    with connection.cursor(cursor_factory=RealDictCursor) as by_name:
        by_name.execute(f"select id, name, tags from {TABLE} where id = any(%s) order by id", ([1, 2],))
        say("execute", [dict(row) for row in by_name.fetchall()])
    connection.commit()
    cursor.execute("select 1; select 2; select 3")
    say("several statements", cursor.fetchall())
    connection.commit()


def transactions(connection):
    cursor = connection.cursor()
    with connection:
        cursor.execute(f"insert into {TABLE} (id) values (2000)")
    say("a transaction fails", sqlstate(fail, connection))
    with connection:
        cursor.execute(f"insert into {TABLE} (id) values (2002); savepoint before")
        say("savepoint", sqlstate(cursor.execute, f"insert into {TABLE} (id) values (1)"), sqlstate(cursor.execute, "select 1"))
        cursor.execute("rollback to savepoint before")
    cursor.execute(f"select array_agg(id order by id) from {TABLE} where id >= 2000")
    say("transactions", cursor.fetchone())
    connection.rollback()
    say("status", connection.get_transaction_status() == psycopg2.extensions.TRANSACTION_STATUS_IDLE)


def fail(connection):
    with connection, connection.cursor() as cursor:
        cursor.execute(f"insert into {TABLE} (id) values (2001)")
        cursor.execute(f"insert into {TABLE} (id) values (1)")


def isolation_levels(connection):
    for level in ("SERIALIZABLE", "REPEATABLE READ", "DEFAULT"):
        connection.set_session(isolation_level=level, readonly=level == "SERIALIZABLE")
        with connection, connection.cursor() as cursor:
            cursor.execute("show transaction_isolation")
            say("isolation level", level, cursor.fetchone(), sqlstate(cursor.execute, f"delete from {TABLE} where id = 2000"))
    connection.set_session(isolation_level="DEFAULT", readonly="DEFAULT")


def prepared_by_sql(connection):
    """psycopg2 itself has no prepared statements."""
    connection.autocommit = False
    with connection, connection.cursor() as cursor:
        cursor.execute(f"prepare find (int) as select name from {TABLE} where id = $1")
        for n in (1, 2):
            cursor.execute("execute find (%s)", (n,))
            say("prepare, execute", cursor.fetchone())
        cursor.execute("deallocate find")


def named_cursors(connection):
    with connection, connection.cursor(name="browse") as cursor:
        cursor.itersize = 37
        cursor.execute(f"select id from {TABLE} where id > %s order by id", (100,))
        say("named cursor", cursor.fetchone(), len(cursor.fetchmany(10)), sum(row[0] for row in cursor))
    with connection, connection.cursor(name="there and back", scrollable=True) as cursor:
        cursor.execute(f"select id from {TABLE} order by id")
        cursor.scroll(100)
        say("named cursor", cursor.fetchone())
        cursor.scroll(-50)
        say("named cursor", cursor.fetchmany(2))


def copies(connection):
    text = io.StringIO("".join(f"{n}\tcopied {n}\n" for n in range(10_000, 12_000)))
    with connection, connection.cursor() as cursor:
        cursor.copy_from(text, TABLE, columns=("id", "name"))
        say("copy in", cursor.rowcount)
        out = io.StringIO()
        cursor.copy_expert(f"copy (select id, name from {TABLE} where id >= 11998 order by id) to stdout csv", out)
        say("copy out", repr(out.getvalue()))
    with connection.cursor() as cursor:
        say("copy fails", sqlstate(cursor.copy_from, io.StringIO("1\tone\n"), TABLE, "\t", "", 8192, ("id", "name")))
    connection.rollback()


def autocommit(connection):
    connection.autocommit = True
    with connection.cursor() as cursor:
        for n in range(100):
            cursor.execute(f"update {TABLE} set name = %s where id = %s", (f"new {n}", n))
        cursor.execute(f"select count(*) from {TABLE} where name like 'new %'")
        say("autocommit", cursor.fetchone(), sqlstate(cursor.execute, "selec"))
        cursor.callproc("upper", ["callproc"])
        say("autocommit", cursor.fetchone())


def main():
    say("driver", "psycopg2", psycopg2.__version__.split()[0])
    connection = psycopg2.connect("")
    for part in (simple_calls, transactions, isolation_levels, named_cursors, copies, autocommit, prepared_by_sql):
        part(connection)
    connection.cursor().execute(f"drop table {TABLE}")
    connection.close()


main()
