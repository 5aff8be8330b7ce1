"""What each Python driver does on the console, and what it hears. The argument names the driver."""

import asyncio
import os
import sys

import asyncpg
import psycopg
import psycopg2

ADDRESS = f"host={os.environ['PGHOST']} port={os.environ['PGPORT']} user=postgres dbname=howdah"


def say(what, *values):
    print(f"{what}:", *values, flush=True)


def with_psycopg2(autocommit):
    connection = psycopg2.connect(ADDRESS)
    connection.autocommit = autocommit
    cursor = connection.cursor()
    cursor.execute("show pools")
    row = dict(zip([column.name for column in cursor.description], cursor.fetchone()))
    say("pool", row["database"], row["cl_active"] + 1)
    cursor.execute("show stats")
    say("transactions", {row[0]: row[1] for row in cursor.fetchall()}["app"])
    cursor.execute("pause %s" % psycopg2.extensions.quote_ident("app", connection))
    say("pause", cursor.statusmessage)
    cursor.execute("resume app")
    say("resume", cursor.statusmessage)
    try:
        cursor.execute("resume app")
    except psycopg2.Error as error:
        say("again", error.pgcode, error.diag.message_primary)
        connection.rollback()
    cursor.execute("show version")
    say("version", cursor.fetchone()[0].split()[0])
    connection.close()


def with_psycopg3(binary):
    with psycopg.connect(ADDRESS, autocommit=True) as connection:
        cursor = connection.cursor(binary=binary)
        for _ in range(7):  # the sixth time it is prepared
            cursor.execute("show pools")
        row = dict(zip([column.name for column in cursor.description], cursor.fetchone()))
        say("pool", row["database"], row["cl_active"] + 1)
        cursor.execute("show stats")
        say("transactions", {row[0]: row[1] for row in cursor.fetchall()}["app"])
        say("pause", cursor.execute("pause %s", ["app"]).statusmessage)
        say("resume", cursor.execute("resume %s", ["app"]).statusmessage)
        try:
            cursor.execute("resume %s", ["app"])
        except psycopg.Error as error:
            say("again", error.sqlstate, error.diag.message_primary)
        client = connection.execute("show clients").fetchall()
        pointer = next(row[13] for row in client if row[2] == "app")
        say("kill", cursor.execute("kill_client %s", [int(pointer[1:])]).statusmessage)
        say("version", cursor.execute("show version").fetchone()[0].split()[0])


async def with_asyncpg():
    connection = await asyncpg.connect(host=os.environ["PGHOST"], port=int(os.environ["PGPORT"]), user="postgres", database="howdah")
    row = await connection.fetchrow("show pools")
    say("pool", row["database"], row["cl_active"] + 1)
    say("transactions", {row[0]: row[1] for row in await connection.fetch("show stats")}["app"])
    say("pause", await connection.execute("pause app"))
    say("resume", await (await connection.prepare("resume $1")).fetch("app"))
    try:
        await connection.execute("resume $1", "app")
    except asyncpg.PostgresError as error:
        say("again", error.sqlstate, error.message)
    say("version", (await connection.fetchval("show version")).split()[0])
    await connection.close()


WAYS = {
    "psycopg2": lambda: with_psycopg2(True),
    "psycopg2 in transactions": lambda: with_psycopg2(False),
    "psycopg3": lambda: with_psycopg3(False),
    "psycopg3 in binary": lambda: with_psycopg3(True),
    "asyncpg": lambda: asyncio.run(with_asyncpg()),
}

WAYS[sys.argv[1]]()
