"""psycopg2, as an application uses it."""

import psycopg2
import pytest


def test_a_connection_answers_in_text(howdah):
    with psycopg2.connect(howdah.dsn()) as connection, connection.cursor() as cursor:
        cursor.execute("select %s::int + 1, %s", (41, "it's"))
        assert cursor.fetchone() == (42, "it's")


def test_commit_and_rollback_do_what_they_say(howdah, postgres):
    connection = psycopg2.connect(howdah.dsn("app"))
    cursor = connection.cursor()
    cursor.execute("create table psycopg2_rows (id int primary key)")
    connection.commit()
    cursor.execute("insert into psycopg2_rows values (1)")
    connection.rollback()
    cursor.execute("insert into psycopg2_rows values (2)")
    connection.commit()
    with pytest.raises(psycopg2.errors.UniqueViolation):
        cursor.execute("insert into psycopg2_rows values (2)")
    connection.rollback()
    assert postgres.rows("select id from psycopg2_rows", database="app") == [(2,)]
    cursor.execute("drop table psycopg2_rows")
    connection.commit()
    connection.close()
