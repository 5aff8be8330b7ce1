"""COPY in both directions and both protocols, with errors and odd clients."""

import pytest

from support import wire
from support.differential import alive, compare, until
from support.messages import COPY_DONE, FLUSH, SYNC, bind, copy_data, copy_fail, execute, extended, message, parse, query

pytestmark = [pytest.mark.beyond_pgbouncer, pytest.mark.threads]

LOGIN = {"user": "postgres", "database": "postgres"}
Z, G = until("Z"), until("G")
IN = "copy copied from stdin"
IN_EXTENDED = parse("", IN) + bind() + execute()
ROWS = copy_data("1\tone\n") + copy_data("2\ttwo\n")
COUNT = [query("select count(*), max(word) from copied"), Z]

SCRIPTS = {
    "in": [query(IN), G, ROWS + COPY_DONE, Z],
    "in, all in one send": [query(IN) + ROWS + COPY_DONE, Z],
    "in, a row cut over messages": [query(IN), G, copy_data("1\to"), copy_data("ne\n2"), copy_data("\ttwo\n") + COPY_DONE, Z],
    "in, no rows": [query(IN), G, COPY_DONE, Z],
    "in, empty CopyData": [query(IN), G, copy_data("") + ROWS + COPY_DONE, Z],
    "in, binary": [
        query("copy copied (id) from stdin binary"), G,
        copy_data(b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"\0\1\0\0\0\4\0\0\0\7\xff\xff") + COPY_DONE, Z,
    ],
    "in, several statements": [query(f"select 1; {IN}; select 2"), G, ROWS + COPY_DONE, Z],
    "two in one query": [query(f"{IN}; {IN}"), G, ROWS + COPY_DONE, G, ROWS + COPY_DONE, Z],
    "CopyFail": [query(IN), G, ROWS + copy_fail("oops"), Z],
    "CopyFail unterminated": [query(IN), G, message("f", b"oops"), Z],
    "a bad row, more rows, CopyDone": [query(IN), G, copy_data("x\ty\n") * 3 + ROWS + COPY_DONE, Z],
    "a bad row, then CopyFail": [query(IN), G, copy_data("x\ty\n") + copy_fail(), Z],
    "stray CopyData and CopyDone": [ROWS + COPY_DONE + copy_fail(), alive],
    "a query in copy-in": [query(IN), G, ROWS + query("select 5"), Z],
    "Sync and Flush in simple copy-in": [query(IN), G, ROWS + SYNC + FLUSH + ROWS + COPY_DONE, Z],
    "Sync in a burst in copy-in": [query(IN), G, SYNC * 50 + ROWS + COPY_DONE, Z],
    "unknown type in copy-in": [query(IN), G, message("\1"), until("")],
    "Parse in copy-in": [query(IN), G, parse("", "select 1"), until("E"), until("Z")],
    "in, extended": [IN_EXTENDED + FLUSH, G, ROWS + COPY_DONE + SYNC, Z],
    "in, extended, Sync sent with Execute": [IN_EXTENDED + SYNC, G, ROWS + COPY_DONE + SYNC, Z],
    "in, extended, all in one send": [IN_EXTENDED + SYNC + ROWS + COPY_DONE + SYNC, Z],
    "in, extended, CopyFail": [IN_EXTENDED + SYNC, G, copy_fail() + SYNC, Z],
    "in, extended, a bad row, CopyDone, Sync": [IN_EXTENDED + FLUSH, G, copy_data("x\ty\n") + ROWS + COPY_DONE + SYNC, Z],
    "in, extended, a bad row, Syncs in the rows": [
        IN_EXTENDED + SYNC, G, copy_data("x\ty\n"), until("E"), ROWS + COPY_DONE + SYNC, Z, alive,
    ],
    "in, extended, then more in the batch": [IN_EXTENDED + FLUSH, G, ROWS + COPY_DONE + extended("select 3") + SYNC, Z],
    "in, in a transaction": [query("begin"), Z, query(IN), G, ROWS + COPY_DONE, Z, *COUNT, query("rollback"), Z],
    "error in copy-in in a transaction": [query("begin"), Z, query(IN), G, copy_data("x\n") + COPY_DONE, Z, alive, query("rollback"), Z],
    "out": [query("copy (select n, 'w' from generate_series(1, 100) n) to stdout"), Z],
    "out, binary": [query("copy (select 1, 'x') to stdout binary"), Z],
    "out, extended": [extended("copy (select 1) to stdout", describe=False) + SYNC, Z],
    "out, extended, error in the middle": [extended("copy (select 1/(3-n) from generate_series(1, 9) n) to stdout") + extended("select 4") + SYNC, Z],
    "out, error in the middle": [query("copy (select 1/(3-n) from generate_series(1, 9) n) to stdout"), Z],
    "out, a long row": [query("copy (select repeat('x', 2000000)) to stdout"), Z],
    "a missing table": [query("copy missing from stdin"), Z],
    "a missing table, rows sent already": [query("copy missing from stdin") + ROWS + COPY_DONE, Z],
}


@pytest.fixture(scope="module", autouse=True)
def copied(postgres):
    postgres.rows("create table if not exists copied (id int, word text)")
    yield
    postgres.rows("drop table copied")


@pytest.mark.parametrize("cut", [None, 1], ids=["whole", "byte by byte"])
@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_copy_is_what_postgres_makes_it(direct, shared_howdah, script, cut):
    compare(direct, shared_howdah, [query("truncate copied"), Z, *script, *COUNT], cut, LOGIN)


def test_ten_megabytes_of_rows_arrive_whole(shared_howdah):
    with wire.connect(shared_howdah, timeout=60) as connection:
        connection.send(query("begin; truncate copied; " + IN))
        connection.read_until("G")
        for part in range(100):
            lines = "".join(f"{part * 1000 + n}\t{'w' * 90}\n" for n in range(1000))
            connection.send(copy_data(lines))
        assert connection.run(COPY_DONE).tags == ["COPY 100000"]
        assert connection.query("select count(*), sum(id)::text from copied").rows == [("100000", "4999950000")]
        connection.query("rollback")


def test_an_error_is_heard_while_the_rows_still_come(shared_howdah):
    """The client writes on and on; the error must reach it, and nothing may lock up."""
    with wire.connect(shared_howdah, timeout=60) as connection:
        connection.send(query(IN))
        connection.read_until("G")
        connection.send(copy_data("not a number\tx\n"))
        for _ in range(200):
            connection.send(copy_data(b"1\t" + b"x" * 100_000 + b"\n"))
        result = connection.run(COPY_DONE)
        assert result.sqlstate == "22P02" and result.kinds == "EZ"
        assert connection.query("select 1").value == "1"
