"""Odd and hostile messages after the login end as they do at PostgreSQL, and never cost a server."""

import pytest

from support import messages, wire
from support.differential import WAYS_TO_CUT, alive, compare, end_of_file, to_the_end, until
from support.messages import int16, int32, message, query, startup, text

pytestmark = pytest.mark.beyond_pgbouncer

LOGIN = {"user": "postgres", "database": "postgres"}
SYNC = messages.SYNC

CLOSES = {
    **{f"{kind} of length {n}": message(kind, length=n) for kind in "QPBSdX" for n in (0, 3, -1, -(2**31))},
    **{f"type {ord(kind)}": message(kind, b"\0\0\0\0") for kind in "\x00 \xffZRKTvW1tyk"},
    "startup in the session": startup(user="postgres"),
    "SSLRequest in the session": messages.SSL_REQUEST,
    "HTTP in the session": b"GET / HTTP/1.1\r\n\r\n",
    "password in the session": messages.password("x"),
    "unknown type behind a query": query("select 1") + message("\1"),
    "Terminate": messages.TERMINATE,
    "Terminate with a body": message("X", b"more"),
    "Terminate behind a query": query("select 1") + messages.TERMINATE + query("select 2"),
}


@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
@pytest.mark.parametrize("content", CLOSES.values(), ids=CLOSES)
def test_what_closes_at_postgres_closes(direct, shared_howdah, content, cut):
    compare(direct, shared_howdah, [query("select 1"), until("Z"), content, to_the_end], cut, LOGIN)


PARSES = {
    "unterminated name": b"name",
    "unterminated query": b"\0select 1",
    "empty": b"",
    "no count": b"\0select 1\0",
    "count -1": b"\0select 1\0" + int16(-1),
    "two types announced, one there": b"\0select $1\0" + int16(2) + int32(23),
    "trailing bytes": b"\0select 1\0" + int16(0) + b"more",
    "syntax error": b"\0selekt\0" + int16(0),
    "two statements": b"\0select 1; select 2\0" + int16(0),
    "empty query": b"\0\0" + int16(0),
    "unknown type": b"\0select $1\0" + int16(1) + int32(99999999),
}
BINDS = {
    "unknown statement": messages.bind(statement="missing"),
    "formats 32767": message("B", text("") + text("") + int16(0x7FFF)),
    "formats -1": message("B", text("") + text("") + int16(-1)),
    **{
        f"value of length {n}": message("B", b"\0\0" + int16(0) + int16(1) + int32(n) + b"x" + int16(0))
        for n in (-2, -(2**31), 2**31 - 1, 1000)
    },
    "values -1": message("B", b"\0\0" + int16(0) + int16(-1)),
    "format 7": messages.bind("", "", ["1"], formats=[7]),
    "two formats for one value": messages.bind("", "", ["1"], formats=[0, 0]),
    "one value too many": messages.bind("", "", ["1", "2"]),
    "no value": messages.bind("", ""),
    "three result formats for one column": messages.bind("", "", ["1"], result_formats=[0, 0, 0]),
    "result format 7": messages.bind("", "", ["1"], result_formats=[7]),
    "trailing bytes": message("B", b"\0\0" + int16(0) + int16(1) + messages.value("1") + int16(0) + b"more"),
    "bad binary value": messages.bind("", "", [b"123"], formats=[1]),
    "bad text value": messages.bind("", "", ["x"]),
    "unterminated": message("B", b"portal"),
    "empty": message("B"),
}
OTHERS = {
    "Describe of kind X": message("D", b"Xname\0"),
    "Describe empty": message("D"),
    "Describe unterminated": message("D", b"Sname"),
    "Describe unknown statement": messages.describe_statement("missing"),
    "Describe unknown portal": messages.describe_portal("missing"),
    "Close of kind X": message("C", b"Xname\0"),
    "Close unterminated": message("C", b"Sname"),
    "Close unknown statement": messages.close_statement("missing"),
    "Close unknown portal": messages.close_portal("missing"),
    "Execute unknown portal": messages.execute("missing"),
    "Execute without a limit": message("E", b"\0"),
    "Execute with trailing bytes": message("E", b"\0" + int32(0) + b"x"),
    "Execute unterminated": message("E", b"portal"),
    "Sync with a body": message("S", b"more"),
    "Flush with a body": message("H", b"more"),
}


def batch(content):
    """What comes behind an error is skipped up to the Sync. The query in front ends an older unnamed statement."""
    return [alive, content + messages.describe_statement() + SYNC, until("Z"), alive]


@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
@pytest.mark.parametrize("body", PARSES.values(), ids=PARSES)
def test_an_odd_parse_is_answered_as_by_postgres(direct, shared_howdah, body, cut):
    compare(direct, shared_howdah, batch(message("P", body)), cut, LOGIN)


@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
@pytest.mark.parametrize("content", BINDS.values(), ids=BINDS)
def test_an_odd_bind_is_answered_as_by_postgres(direct, shared_howdah, content, cut):
    before = messages.parse("", "select $1::int4")
    compare(direct, shared_howdah, batch(before + content + messages.execute()), cut, LOGIN)


@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS)
def test_an_odd_message_of_the_extended_protocol_is_answered_as_by_postgres(direct, shared_howdah, content, cut):
    compare(direct, shared_howdah, batch(content), cut, LOGIN)


QUERIES = {
    "empty": query(""),
    "only a comment": query("-- nothing"),
    "several": query("select 1; select 2; select 3"),
    "error in the middle": query("select 1; select 1/0; select 3"),
    "no final zero": message("Q", b"select 1"),
    "no body": message("Q"),
    "bytes after the zero": message("Q", b"select 1\0more"),
    "bad UTF-8": query(b"select '\xff'"),
    "notice": query("do $$ begin raise notice 'hear'; raise warning 'hear'; end $$"),
    "no result columns": query("select"),
    "null and empty": query("select null, '', 1"),
    "set": query("set application_name = 'x'"),
}


@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
@pytest.mark.parametrize("content", QUERIES.values(), ids=QUERIES)
def test_a_simple_query_is_answered_as_by_postgres(direct, shared_howdah, content, cut):
    compare(direct, shared_howdah, [content, until("Z"), alive], cut, LOGIN)


def test_a_message_cut_off_by_the_end_of_the_client_is_not_executed(direct, shared_howdah, postgres):
    postgres.rows("create table if not exists half_sent (id int)")
    for content in (b"Q\0\0", b"Q" + int32(100) + b"insert into half_sent values (1);", message("P", b"", 50)):
        compare(direct, shared_howdah, [content, end_of_file, to_the_end], login=LOGIN)
    assert postgres.value("select count(*) from half_sent") == 0


def test_the_result_arrives_after_the_client_has_half_closed(direct, shared_howdah):
    script = [query("select pg_sleep(0.1), 'late'"), end_of_file, to_the_end]
    assert any("late" in line for line in compare(direct, shared_howdah, script, login=LOGIN))


def test_five_syncs_owe_five_answers_and_flushes_none(direct, shared_howdah):
    compare(direct, shared_howdah, [SYNC * 5, *[until("Z")] * 5, messages.FLUSH * 5, alive], login=LOGIN)


def test_syncs_in_a_burst_are_answered_one_for_one(shared_howdah):
    with wire.connect(shared_howdah) as connection:
        for _ in range(100):
            connection.send(SYNC * 1000)
            assert connection.take(6 * 1000) == b"Z\0\0\0\5I" * 1000
        assert connection.query("select 1").value == "1"


def test_an_urgent_byte_hurts_nobody(shared_howdah):
    import socket

    with wire.connect(shared_howdah) as other:
        with wire.connect(shared_howdah) as connection:
            connection.socket.send(b"!", socket.MSG_OOB)
            connection.reset()
        assert other.query("select 1").value == "1"


CALLS = {
    "int4pl": messages.function_call(177, 1, 2),
    "int4pl, binary": message("F", int32(177) + int16(1) + int16(1) + int16(2) + (int32(4) + int32(5)) * 2 + int16(1)),
    "null argument": messages.function_call(177, None, 2),
    "unknown function": messages.function_call(99999999),
    "truncated": message("F", int32(177)),
    "empty": message("F"),
    "argument of length -2": message("F", int32(177) + int16(0) + int16(2) + int32(-2) + int32(-2) + int16(0)),
    "one argument too few": messages.function_call(177, 1),
    "large answer": messages.function_call(1622, "x", 300000),
    "error": messages.function_call(154, 1, 0),
}


@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
@pytest.mark.parametrize("content", CALLS.values(), ids=CALLS)
def test_a_function_call_is_answered_as_by_postgres(direct, shared_howdah, content, cut):
    compare(direct, shared_howdah, [content, until("Z"), alive], cut, LOGIN)


def test_hostile_clients_cost_no_server(shared_howdah, postgres):
    with wire.connect(shared_howdah) as first:
        server = first.query("select pg_backend_pid()").value
        for content in (message("Q", length=3), message("\1"), messages.startup(user="x"), message("p", b"x\0")):
            with wire.connect(shared_howdah) as hostile:
                hostile.send(content)
                assert hostile.is_closed()
        assert first.query("select pg_backend_pid()").value == server
