"""A plain BEGIN takes no server before the first statement behind it, and nobody can tell."""

import pytest

from support import messages, wire
from support.differential import compare, settled
from support.messages import SYNC, query
from support.waiting import wait_until

LOGIN = {"user": "postgres", "database": "postgres"}


def app(howdah):
    return wire.connect(howdah, "app", "app")


def in_transaction(cluster):
    return cluster.connections("app", "state like 'idle in transaction%%'")


@pytest.mark.howdah_only
@pytest.mark.parametrize("end, tag", [("commit", "COMMIT"), ("ROLLBACK;", "ROLLBACK"), ("end", "COMMIT"), ("abort work", "ROLLBACK")])
def test_a_transaction_without_statements_needs_no_server(start_howdah, end, tag):
    howdah = start_howdah(pool={"max_size": 1})
    with app(howdah) as holder, app(howdah) as client:
        holder.query("begin")
        holder.query("select 1")
        begun = client.query("begin")
        assert (begun.tags, begun.status) == (["BEGIN"], "T")
        assert client.run(SYNC).status == "T"
        ended = client.query(end)
        assert (ended.tags, ended.status) == ([tag], "I")


@pytest.mark.howdah_only
def test_a_server_is_asked_for_when_nothing_comes_behind(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 1})
    with app(howdah) as client, app(howdah) as other:
        client.query("begin")
        wait_until(lambda: in_transaction(postgres) == 1, "the transaction has begun on a server")
        other.send(query("select 'later'"))
        assert client.query("select now() <= statement_timestamp()").value == "t"
        assert client.query("commit").tags == ["COMMIT"]
        assert other.ready().value == "later"


@pytest.mark.howdah_only
def test_without_the_option_a_server_is_taken_at_once(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 1, "defer_begin": False})
    with app(howdah) as client:
        client.query("begin")
        assert in_transaction(postgres) == 1
        client.query("commit")


@pytest.mark.howdah_only
def test_a_statement_that_gets_no_server_fails_its_transaction(start_howdah):
    howdah = start_howdah(pool={"max_size": 1, "acquire_timeout": "1s"})
    with app(howdah) as holder, app(howdah) as client:
        holder.query("begin")
        holder.query("select 1")
        client.query("begin")
        refused = client.query("insert into pg_class default values")
        assert (refused.sqlstate, refused.status) == ("53300", "E")
        assert client.run(SYNC).status == "E"
        holder.query("commit")
        after = client.query("select 1")
        assert (after.sqlstate, after.status) == ("25P02", "E")
        ended = client.query("commit")
        assert (ended.tags, ended.status) == (["ROLLBACK"], "I")
        assert client.query("select 'alive'").value == "alive"


@pytest.mark.howdah_only
def test_a_failed_transaction_can_be_left_without_a_server(start_howdah):
    howdah = start_howdah(pool={"max_size": 1, "acquire_timeout": "1s"})
    with app(howdah) as holder, app(howdah) as client:
        holder.query("begin")
        holder.query("select 1")
        client.send(query("begin") + query("select 1") + query("commit"))
        assert client.ready().status == "T"
        assert client.ready().status == "E"
        ended = client.ready()
        assert (ended.tags, ended.status) == (["ROLLBACK"], "I")


SCRIPTS = {
    "commit at once": ["begin", "commit"],
    "statements": ["begin", "select 1", "select 2", "commit"],
    "error": ["begin", "select 1/0", "select 1", "commit", "select 1"],
    "twice": ["begin", "begin", "commit"],
    "ends without a beginning": ["commit", "rollback", "end", "abort"],
    "modes": ["begin isolation level repeatable read", "show transaction_isolation", "commit"],
    "read only": ["start transaction read only", "create temp table no (id int)", "rollback", "show transaction_read_only"],
    "other modes": ["begin isolation level serializable read only deferrable", "show transaction_isolation", "commit and chain", "commit"],
    "nonsense": ["begin nonsense", "begin; ", ";begin", "select 1", "commit work;", "begin/* so */work -- there", "abort"],
    "more than one": ["begin; select 1", "commit; begin", "select 1; commit", "begin", "commit and no chain"],
    "savepoints": ["begin", "savepoint a", "select 1/0", "rollback to a", "select 1", "commit"],
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
@pytest.mark.parametrize("together", [False, True], ids=["one by one", "together"])
def test_transactions_are_what_postgres_makes_them(direct, shared_howdah, script, together):
    steps = [step for sql in script for step in (query(sql), settled)]
    if together:
        steps = [b"".join(map(query, script)), *[settled] * len(script)]
    compare(direct, shared_howdah, steps, login=LOGIN)


@pytest.mark.parametrize("begin", [query("begin"), messages.extended("begin") + SYNC], ids=["simple", "extended"])
def test_the_extended_protocol_goes_on_in_the_transaction(direct, shared_howdah, begin):
    statements = [messages.extended("select 1") + SYNC, messages.extended("select 1/0") + SYNC, messages.extended("select 2") + SYNC]
    end = [messages.extended("rollback") + SYNC, settled, query("select 3"), settled]
    compare(direct, shared_howdah, [begin, settled, *[step for one in statements for step in (one, settled)], *end], login=LOGIN)
    compare(direct, shared_howdah, [begin + b"".join(statements), *[settled] * 4, *end], login=LOGIN)


def test_a_begin_destroys_the_unnamed_statement(direct, shared_howdah):
    unnamed = messages.parse("", "select 'unnamed'") + SYNC
    use = messages.bind("", "") + messages.execute("") + SYNC
    compare(direct, shared_howdah, [unnamed, settled, query("begin"), settled, use, settled, query("rollback"), settled], login=LOGIN)
