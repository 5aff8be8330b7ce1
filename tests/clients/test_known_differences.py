"""What real drivers met, as short as it can be: the messages that they sent. Each is to become an ordinary test."""

import pytest

from support import wire

pytestmark = [pytest.mark.beyond_pgbouncer, pytest.mark.time_limit(60)]

APP = {"user": "app", "database": "app"}


@pytest.fixture
def howdah(start_howdah):
    return start_howdah(pool={"max_size": 1, "acquire_timeout": "1s", "prepared_statements": {"per_server": 1}})


@pytest.fixture
def client(howdah):
    with wire.connect(howdah, **APP) as client:
        yield client


def others_get_the_server(howdah):
    try:
        with wire.connect(howdah, **APP) as other:
            return other.query("select 1").error is None
    except wire.ServerError:
        return False


def test_a_reset_of_what_was_never_set_does_not_pin(client, howdah):
    """asyncpg's pool sends this whenever a connection is given back to it."""
    assert client.query("select pg_advisory_unlock_all(); close all; unlisten *; reset all").error is None
    assert others_get_the_server(howdah)


def test_a_cursor_without_hold_does_not_pin(client, howdah):
    """psycopg2's named cursors."""
    for sql in ("begin", "declare c cursor without hold for select 1", "fetch all from c", "close c", "commit"):
        assert client.query(sql).error is None
    assert others_get_the_server(howdah)


def test_what_jdbc_sets_at_its_start_does_not_pin(client, howdah):
    assert client.execute("SET extra_float_digits = 3").error is None
    assert client.execute("SET application_name = 'PostgreSQL JDBC Driver'").error is None
    assert others_get_the_server(howdah)


def test_what_asyncpg_resets_ends_what_was_set(client, howdah):
    assert client.query("set work_mem = '2MB'").error is None
    assert client.query("SELECT pg_advisory_unlock_all();\nCLOSE ALL;\nUNLISTEN *;\nRESET ALL;").error is None
    assert others_get_the_server(howdah)
    assert client.query("show work_mem").value == "4MB"


def test_nothing_pins_by_itself(client, howdah):
    """That the tests above fail for their own reasons only."""
    assert client.query("begin; select 1; commit").error is None
    assert others_get_the_server(howdah)
