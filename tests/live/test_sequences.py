"""lastval() and currval() give a session its own values, wherever its INSERT ran, or say that there are none: never those of another."""

import pytest

from support import messages, wire
from support.console import metric, show
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

APP = {"user": "app", "database": "app"}

SCHEMA = """
create sequence numbers;
create table serials (id serial, who text);
create table identities (id int generated always as identity, who text);
create table defaults (id bigint default nextval('numbers'), who text);
create table watched (who text);
create table plain (who text);
create function count_up() returns trigger language plpgsql as $$ begin perform nextval('numbers'); return new; end $$;
create trigger count_up before insert on watched for each row execute function count_up();
create function next_number() returns bigint language sql as $$ select nextval('numbers') $$;
create procedure call_it() language plpgsql as $$ begin perform next_number(); end $$;
"""

# Each makes a new value.
MAKERS = {
    "serial": "insert into serials (who) values ('a')",
    "identity": "insert into identities (who) values ('a')",
    "a default": "insert into defaults (who) values ('a')",
    "a trigger": "insert into watched (who) values ('a')",
    "nextval": "select nextval('numbers')",
    "setval": "select nextval('numbers'), setval('numbers', 5000)",
    "a function": "select next_number()",
    "a procedure": "call call_it()",
    "a code block": "do $$ begin perform nextval('numbers'); end $$",
    "dynamic": "do $$ begin execute 'select next' || 'val(''numbers'')'; end $$",
}


@pytest.fixture(autouse=True)
def schema(postgres):
    drop = "drop schema public cascade; create schema public; grant all on schema public to public"
    postgres.rows(drop, database="app")
    postgres.rows(SCHEMA, database="app")
    postgres.rows("grant all on all tables in schema public to public; grant all on all sequences in schema public to public",
                  database="app")
    yield
    postgres.rows(drop, database="app")


def start(start_howdah, size=2, policy=None, timeout="20s", **state):
    state = {**state, **({"sequence_values": policy} if policy else {})}
    return start_howdah(pool={"max_size": size, "acquire_timeout": timeout, "state": state}, workers=1)


def run_in(client, protocol):
    return client.query if protocol == "simple" else client.execute


def make_known(howdah):
    """Somebody reads such a value, so that they are looked after from now on."""
    with wire.connect(howdah, **APP) as client:
        assert client.query("select lastval()").sqlstate == "55000"


@pytest.mark.parametrize("protocol", ["simple", "extended"])
@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_each_client_reads_its_own(start_howdah, maker, protocol):
    howdah = start(start_howdah)
    make_known(howdah)
    with wire.connect(howdah, **APP) as one, wire.connect(howdah, **APP) as two:
        last = {}
        for _ in range(3):
            for client in (one, two):
                assert run_in(client, protocol)(maker).error is None
                last[client] = client.query("select last_value from pg_sequences where last_value is not null"
                                            " order by last_value desc limit 1").value
            for client in (one, two):
                value = run_in(client, protocol)("select lastval()").value
                if maker != MAKERS["setval"]:
                    assert value == last[client]
        assert {pin["reason"] for pin in show(howdah, "pins")} == {"sequence value"}


@pytest.mark.parametrize("protocol", ["simple", "extended"])
@pytest.mark.parametrize("size", [1, 2])
def test_the_first_reader_gets_its_own_value_or_none(start_howdah, size, protocol):
    howdah = start(start_howdah, size)
    with wire.connect(howdah, **APP) as one, wire.connect(howdah, **APP) as two:
        run_in(one, protocol)(MAKERS["serial"])
        run_in(two, protocol)("insert into serials (who) select 'b' from generate_series(1, 10)")
        assert not show(howdah, "pins")
        assert run_in(one, protocol)("select lastval()").sqlstate == "55000"
        assert run_in(two, protocol)("select currval('serials_id_seq')").sqlstate == "55000"
        assert run_in(one, protocol)(MAKERS["serial"]).error is None
        assert run_in(one, protocol)("select lastval()").value == "12"


def test_the_first_reader_that_is_alone_gets_its_own_value(start_howdah):
    howdah = start(start_howdah, 1)
    with wire.connect(howdah, **APP) as client:
        client.query(MAKERS["serial"])
        assert client.query("select lastval()").value == "1"


@pytest.mark.parametrize("ask", [
    messages.query("select lastval()"),
    messages.extended("select lastval()") + messages.SYNC,
    messages.extended("select 'before'") + messages.extended("select lastval()") + messages.SYNC,
], ids=["simple", "extended", "in a pipeline"])
def test_the_first_reader_in_a_transaction_reads_no_value_of_others(start_howdah, ask):
    howdah = start(start_howdah, 1)
    with wire.connect(howdah, **APP) as one, wire.connect(howdah, **APP) as two:
        two.query(MAKERS["serial"])
        one.query("begin")
        one.query("insert into plain values ('kept')")
        assert one.run(ask).sqlstate == "55000"
        one.query("rollback")
        one.query("begin")
        assert one.query("insert into plain values ('kept')").error is None
        assert one.query(MAKERS["serial"] + " returning id").value == "2"
        assert one.run(ask).rows[-1] == ("2",)
        assert one.query("commit").error is None


def test_a_call_by_number_reads_no_value_of_others(start_howdah, postgres):
    number = int(postgres.rows("select 'lastval()'::regprocedure::oid", database="app")[0][0])
    howdah = start(start_howdah, 1)
    with wire.connect(howdah, **APP) as one, wire.connect(howdah, **APP) as two:
        two.query(MAKERS["serial"])
        assert one.run(messages.function_call(number)).sqlstate == "55000"
        two.query(MAKERS["serial"])
        assert [pin["reason"] for pin in show(howdah, "pins")] == ["sequence value"]


def test_a_text_that_is_too_large_to_be_seen_whole_reads_no_value_of_others(start_howdah):
    howdah = start(start_howdah, 1)
    with wire.connect(howdah, **APP) as one, wire.connect(howdah, **APP) as two:
        two.query(MAKERS["serial"])
        assert one.query(f"select /* {'x' * 1_000_000} */ lastval()").sqlstate == "55000"


def test_what_a_batch_has_done_is_not_committed_by_the_look(start_howdah):
    howdah = start(start_howdah, 1)
    with wire.connect(howdah, **APP) as one, wire.connect(howdah, **APP) as two:
        two.query(MAKERS["serial"])
        batch = messages.extended("insert into plain values ('undone')") + messages.extended("select lastval()") + messages.SYNC
        assert one.run(batch).sqlstate == "55000"
        assert one.query("select count(*) from plain").value == "0"


@pytest.mark.parametrize("end", ["discard sequences", "discard all"])
def test_a_discard_ends_the_pin(start_howdah, end):
    howdah = start(start_howdah, 1, timeout="1s")
    make_known(howdah)
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as other:
        client.query(MAKERS["serial"])
        [pin] = wait_until(lambda: show(howdah, "pins"))
        assert (pin["reason"], pin["statement"]) == ("sequence value", "insert into serials (who) values (?)")
        refused = other.query("select 1")
        assert "Kept by their clients: 1 for sequence value." in refused.error["D"]
        assert client.query(end).error is None
        assert not show(howdah, "pins")
        assert other.query("select lastval()").sqlstate == "55000"
        assert client.query("discard sequences; select nextval('numbers')").error is None
        assert show(howdah, "pins")
        assert client.run(messages.query("discard sequences") + messages.query("select nextval('numbers')")).error is None
        client.ready()
        assert show(howdah, "pins")


def test_who_leaves_leaves_no_value(start_howdah):
    howdah = start(start_howdah, 1)
    make_known(howdah)
    with wire.connect(howdah, **APP) as client:
        client.query(MAKERS["serial"])
    with wire.connect(howdah, **APP) as other:
        assert wait_until(lambda: other.query("select lastval()").sqlstate) == "55000"


def test_a_prepared_statement_is_known_too(start_howdah):
    howdah = start(start_howdah)
    with wire.connect(howdah, **APP) as one, wire.connect(howdah, **APP) as two:
        for client in (one, two):
            client.run(messages.parse("put", MAKERS["serial"]) + messages.SYNC)
        make_known(howdah)
        for client, value in ((one, "1"), (two, "2"), (one, "3"), (two, "4")):
            client.run(messages.bind("", "put") + messages.execute() + messages.SYNC)
            assert client.query("select lastval()").value == value


def test_as_long_as_nobody_reads_one_nothing_is_done(start_howdah):
    howdah = start(start_howdah, 1)
    with wire.connect(howdah, **APP) as one, wire.connect(howdah, **APP) as two:
        for client in (one, two, one, two):
            for maker in ("serial", "identity", "a default", "a trigger", "nextval", "a function"):
                assert client.query(MAKERS[maker]).error is None
                assert client.execute(MAKERS[maker]).error is None
        assert metric(howdah, "howdah_pins_total") == metric(howdah, "howdah_state_probes_total") == 0


def test_a_function_that_reads_one_is_enough(start_howdah, postgres):
    postgres.rows("create function my_last() returns bigint language sql as $$ select lastval() $$", database="app")
    howdah = start(start_howdah, 1)
    with wire.connect(howdah, **APP) as client:
        client.query(MAKERS["serial"])
        assert [pin["reason"] for pin in show(howdah, "pins")] == ["sequence value"]
        assert client.query("select my_last()").value == "1"


def test_what_calls_no_nextval_pins_nothing(start_howdah):
    howdah = start(start_howdah, 1)
    make_known(howdah)
    with wire.connect(howdah, **APP) as client:
        for sql in ("insert into plain values ('x')", "select * from serials", "delete from plain", "select max(id) from identities",
                    "do $$ begin perform 1; end $$"):
            assert client.query(sql).error is None
        assert not show(howdah, "pins")


def test_without_the_catalog_each_insert_counts(start_howdah):
    howdah = start(start_howdah, 1, read_catalog=False)
    make_known(howdah)
    with wire.connect(howdah, **APP) as client:
        client.query(MAKERS["a trigger"])
        assert show(howdah, "pins")


def test_pin_does_so_from_the_start(start_howdah):
    howdah = start(start_howdah, 1, "pin")
    with wire.connect(howdah, **APP) as client:
        client.query(MAKERS["serial"])
        assert [pin["reason"] for pin in show(howdah, "pins")] == ["sequence value"]


def test_reject_refuses_to_read_one(start_howdah):
    howdah = start(start_howdah, 1, "reject")
    with wire.connect(howdah, **APP) as client:
        client.query(MAKERS["serial"])
        for run in (client.query, client.execute):
            answer = run("select lastval()")
            assert answer.sqlstate == "0A000" and "pool.state.sequence_values" in answer.error["H"]
        assert client.query("select currval('numbers')").sqlstate == "0A000"
        assert client.query(MAKERS["nextval"]).error is None
        assert not show(howdah, "pins")


def test_ignore_does_nothing(start_howdah):
    howdah = start(start_howdah, 1, "ignore")
    with wire.connect(howdah, **APP) as one, wire.connect(howdah, **APP) as two:
        one.query(MAKERS["serial"])
        assert two.query("select lastval()").value == "1"
        assert not show(howdah, "pins")
