"""LISTEN keeps no server: one connection of each database hears for all, and each session is told what its own would have."""

import os
import signal
import struct
import threading

import pytest

from support import messages, wire
from support.console import show
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

APP = {"user": "app", "database": "app"}


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def howdah(request, start_howdah):
    return start_howdah(pool={"max_size": 2}, workers=request.param)


@pytest.fixture
def client(howdah):
    with wire.connect(howdah, **APP) as connection:
        yield connection


@pytest.fixture
def other(howdah):
    with wire.connect(howdah, **APP) as connection:
        yield connection


def is_away(howdah, client):
    """The client keeps no server, and the listener is there."""
    port = str(client.socket.getsockname()[1])
    [link] = [one["link"] for one in show(howdah, "clients") if one["port"] == port]
    return not link and "listening" in [one["state"] for one in show(howdah, "servers")]


def has_no_listener(postgres):
    return not postgres.connections("app", "application_name = 'howdah listener'")


def told(message):
    """(channel, payload) of a NotificationResponse."""
    assert message.kind == "A", message
    return tuple(wire.c_strings(message.body[4:]))


def sender(message):
    return struct.unpack_from("!i", message.body)[0]


def listen(howdah, connection, *channels):
    result = connection.query(";".join(f"listen {one}" for one in channels))
    assert result.error is None
    wait_until(lambda: is_away(howdah, connection), "the listener hears for all")


def test_who_listens_keeps_no_server_and_is_told(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 1})
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as other:
        listen(howdah, client, "news")
        assert not show(howdah, "pins")
        for number in range(3):
            assert other.query(f"notify news, 'number {number}'").kinds == "CZ"
            assert told(client.read()) == ("news", f"number {number}")
        postgres.rows("notify news, 'from elsewhere'", database="app")
        assert told(client.read()) == ("news", "from elsewhere")
        assert client.query("select 1").kinds == "TDCZ"
    wait_until(lambda: has_no_listener(postgres), "nobody listens any more")


def test_only_who_listens_is_told(howdah, client, other):
    listen(howdah, client, "one")
    listen(howdah, other, "two")
    with wire.connect(howdah, **APP) as third:
        third.query("notify one, '1'; notify two, '2'; notify three, '3'")
        assert told(client.read()) == ("one", "1")
        assert told(other.read()) == ("two", "2")
        assert third.query("select 1").kinds == client.query("select 1").kinds == "TDCZ"


@pytest.mark.parametrize("protocol", ["simple", "extended"])
def test_nothing_is_told_in_a_transaction(howdah, client, other, postgres, protocol):
    run = client.query if protocol == "simple" else client.execute
    listen(howdah, client, "news")
    listen(howdah, other, "news")
    for end in ("commit", "rollback"):
        run("begin")
        run("select 1")
        postgres.rows("notify news, 'meanwhile'", database="app")
        assert told(other.read()) == ("news", "meanwhile")
        assert "A" not in run("select 2").kinds
        result = run(end)
        news = result.of("A") or [client.read()]
        assert [told(one) for one in news] == [("news", "meanwhile")]


def test_a_begin_without_a_server_is_a_transaction_too(howdah, client, postgres):
    listen(howdah, client, "news")
    assert client.query("begin").status == "T"
    postgres.rows("notify news, 'meanwhile'", database="app")
    assert "A" not in client.query("select 1").kinds
    news = client.query("commit").of("A") or [client.read()]
    assert told(news[0]) == ("news", "meanwhile")


@pytest.mark.parametrize("notify", [
    "notify news, 'own'",
    "select pg_notify('news', 'own')",
    "do $$ begin perform pg_notify('news', 'own'); end $$",
    "select tell('own')",
    "insert into telling values ('own')",
])
@pytest.mark.parametrize("protocol", ["simple", "extended", "prepared", "in a transaction", "transaction in one batch"])
def test_ones_own_are_told_before_the_end_of_the_answer_with_ones_own_number(start_howdah, postgres, notify, protocol):
    postgres.rows("create or replace function tell(text) returns void language sql as $$ select pg_notify('news', $1) $$", database="app")
    postgres.rows("create table if not exists telling (word text)", database="app")
    postgres.rows("create or replace function tell_row() returns trigger language plpgsql as "
                  "$$ begin perform pg_notify('news', new.word); return new; end $$", database="app")
    postgres.rows("create or replace trigger telling after insert on telling for each row execute function tell_row()", database="app")
    postgres.rows("grant all on telling to public", database="app")
    howdah = start_howdah(pool={"max_size": 2})
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as other:
        other.query("begin; select 1")  # so that the client gets another server than it was told of
        listen(howdah, client, "news")
        other.query("rollback")
        for _ in range(3):
            if protocol == "simple":
                result = client.query(notify)
            elif protocol == "extended":
                result = client.execute(notify)
            elif protocol == "prepared":
                client.run(messages.parse("s", notify) + messages.SYNC)
                result = client.run(messages.bind("", "s") + messages.execute("") + messages.SYNC)
                client.run(messages.close_statement("s") + messages.SYNC)
            elif protocol == "in a transaction":
                client.query("begin")
                client.query("savepoint a")
                client.query("notify news, 'undone'")
                client.query("rollback to a")
                assert client.execute(notify).error is None
                result = client.query("commit")
            else:
                client.send(messages.extended("begin") + messages.extended(notify) + messages.SYNC)
                assert client.ready().error is None
                result = client.query("commit")
            news = result.of("A") or [client.read()]
            assert [(told(one), sender(one)) for one in news] == [(("news", "own"), client.process_id)]
            if "transaction" not in protocol:
                assert result.kinds.endswith("AZ")
            wait_until(lambda: is_away(howdah, client))


def test_what_is_listened_to_is_as_on_a_connection_of_its_own(howdah, client):
    listening = lambda: sorted(row[0] for row in client.query("select pg_listening_channels()").rows)
    listen(howdah, client, "b", "a", '"Quoted ""name"', '"grün"')
    assert listening() == ['Quoted "name', "a", "b", "grün"]
    client.query("unlisten b")
    assert listening() == ['Quoted "name', "a", "grün"]
    client.query("begin")
    client.query("unlisten a")
    client.query("rollback")
    assert listening() == ['Quoted "name', "a", "grün"]
    client.execute("listen c")
    assert listening() == ['Quoted "name', "a", "c", "grün"]
    client.query("unlisten *")
    assert listening() == []
    listen(howdah, client, "a")
    assert listening() == ["a"]
    client.query("discard all")
    assert listening() == []


def test_a_begin_that_was_held_back_stands_in_front_of_what_had_to_wait_for_its_channels(howdah, client):
    """As often as it takes for the listener to be first: the server has still to answer a question of ours then."""
    listen(howdah, client, "a")
    for _ in range(500):
        assert client.query("begin").status == "T"
        assert client.query("unlisten a").status == "T"
        rolled_back = client.query("rollback")
        assert rolled_back.status == "I" and not rolled_back.notices
    assert client.query("select pg_listening_channels()").rows == [("a",)]


@pytest.mark.parametrize("leave", ["unlisten news", "unlisten *", "discard all", "begin; unlisten news; commit"])
def test_who_listens_no_longer_is_told_no_more(howdah, client, other, postgres, leave):
    listen(howdah, client, "news")
    assert client.query(leave).error is None
    other.query("notify news, 'too late'")
    wait_until(lambda: has_no_listener(postgres), "nobody listens any more")
    assert client.query("select 1").kinds == "TDCZ"


def test_a_listen_that_is_rolled_back_never_was(howdah, client, other, postgres):
    client.query("begin")
    client.query("listen news")
    client.query("rollback")
    other.query("notify news, 'nobody'")
    assert client.query("select 1").kinds == "TDCZ"
    assert has_no_listener(postgres)
    assert not show(howdah, "pins")


@pytest.mark.parametrize("leave", [lambda client: client.send(messages.message("X")), lambda client: client.reset()], ids=["goodbye", "reset"])
def test_who_leaves_listens_no_longer(howdah, postgres, leave):
    with wire.connect(howdah, **APP) as client:
        listen(howdah, client, "news")
        leave(client)
        wait_until(lambda: has_no_listener(postgres), "nobody listens any more")


def listener(postgres):
    return postgres.rows("select pid from pg_stat_activity where application_name = 'howdah listener'")


def end_listener(postgres):
    [(pid,)] = listener(postgres)
    postgres.rows(f"select pg_terminate_backend({pid})")


def test_a_lost_listener_ends_those_who_listen(howdah, client, other, postgres):
    listen(howdah, client, "news")
    end_listener(postgres)
    last = client.read_to_end()
    assert (last.sqlstate, last.error["S"]) == ("08006", "FATAL")
    assert other.query("select 1").error is None
    with wire.connect(howdah, **APP) as again:
        listen(howdah, again, "news")
        other.query("notify news, 'again'")
        assert told(again.read()) == ("news", "again")


def test_a_lost_listener_comes_back_with_a_warning_where_it_shall(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 2, "state": {"listener_lost": "relisten"}})
    with wire.connect(howdah, **APP) as client:
        listen(howdah, client, "news")
        end_listener(postgres)
        warning = client.read()
        assert (warning.kind, warning.fields["C"], warning.fields["S"]) == ("N", "01000", "WARNING")
        postgres.rows("notify news, 'again'", database="app")
        assert told(client.read()) == ("news", "again")
        assert client.query("select 1").kinds == "TDCZ"


def test_who_logged_in_with_another_policy_for_a_lost_listener_keeps_it(start_howdah, postgres):
    """Both ways: the pool's policy is the other one by then."""
    howdah = start_howdah(pool={"max_size": 2, "state": {"listener_lost": "relisten"}}, workers=1)
    with wire.connect(howdah, **APP) as stays:
        howdah.config["databases"]["*"]["pool"]["state"] = {"listener_lost": "disconnect"}
        howdah.write_config()
        with wire.connect(howdah, "postgres", "howdah") as console:
            notices = [notice.fields["M"] for notice in console.query("reload").of("N")]
            assert notices == ["changed for new connections: databases.*.pool.state.listener_lost"]
        with wire.connect(howdah, **APP) as goes:
            for client in (stays, goes):
                listen(howdah, client, "news")
            end_listener(postgres)
            assert goes.read_to_end().sqlstate == "08006"
        warning = stays.read()
        assert (warning.kind, warning.fields["C"]) == ("N", "01000")
        with wire.connect(howdah, **APP) as again:
            listen(howdah, again, "news")
            postgres.rows("notify news, 'again'", database="app")
            assert told(again.read()) == told(stays.read()) == ("news", "again")


def test_a_listener_that_does_not_answer_leaves_the_client_its_server(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 2})
    with wire.connect(howdah, **APP) as first, wire.connect(howdah, **APP) as client:
        listen(howdah, first, "news")
        [(pid,)] = listener(postgres)
        os.kill(pid, signal.SIGSTOP)
        try:
            assert client.query("listen other").error is None
            assert client.query("select 1").kinds == "TDCZ"  # after five seconds
            assert [pin["reason"] for pin in show(howdah, "pins")] == ["listen"]
            postgres.rows("notify other, 'all the same'", database="app")
            assert told(client.read()) == ("other", "all the same")
        finally:
            os.kill(pid, signal.SIGCONT)


def test_another_encoding_than_utf_8_keeps_the_server(howdah, client, other):
    client.query("set client_encoding = 'latin1'")
    client.query("listen news")
    [pin] = wait_until(lambda: show(howdah, "pins"))
    assert pin["reason"] == "listen"
    other.query("notify news, 'grün'")
    assert client.read().body.endswith(b"news\0gr\xfcn\0")
    client.query("set client_encoding = 'utf8'")
    wait_until(lambda: is_away(howdah, client))
    other.query("notify news, 'grün'")
    assert client.read().body.endswith("news\0grün\0".encode())
    client.query("set client_encoding = 'latin1'")
    other.query("notify news, 'grün'")
    assert client.read().body.endswith(b"news\0gr\xfcn\0")


def test_too_many_for_a_long_transaction_end_it(howdah, client, postgres):
    listen(howdah, client, "news")
    client.query("begin; select 1")
    postgres.rows("select pg_notify('news', n || repeat('x', 7900)) from generate_series(1, 2500) n", database="app")
    last = client.read_to_end()
    assert last.kinds == "E"
    assert last.sqlstate == "54000"


# What a listening client may do while it is told, each as one round.
ROUNDS = [
    "select 1", "notify side, 'x'", "listen more", "unlisten more", "begin; notify side, 'y'; commit", "begin; notify side; rollback",
    "select pg_listening_channels()", "create temp table if not exists kept (n int)", "drop table if exists kept", "discard temp", "do $$ begin perform pg_notify('side', 'z'); end $$",
    "set application_name = 'told'", "begin; select 2; commit", "select pg_sleep(0.001)", "unlisten side", "listen side", "listen numbers",
]


@pytest.mark.parametrize("workers", [1, 3])
def test_each_is_told_once_and_in_order_whatever_the_client_does_meanwhile(start_howdah, postgres, workers, request):
    """A flood of numbers; the client's server changes all the time between its own and the listener."""
    howdah = start_howdah(pool={"max_size": 2}, workers=workers)
    count = 3000
    with wire.connect(howdah, **APP) as client, wire.connect(howdah, **APP) as busy:
        client.query("listen numbers; listen side")

        def flood():
            sending = postgres.connect("app")
            for number in range(count):
                sending.cursor().execute(f"notify numbers, '{number}'")
            sending.close()

        def disturb():
            while thread.is_alive():
                busy.query("select pg_sleep(0.0005)")

        thread = threading.Thread(target=flood)
        thread.start()
        disturber = threading.Thread(target=disturb)
        disturber.start()
        seen = []
        take = lambda found: seen.extend(int(told(one)[1]) for one in found if told(one)[0] == "numbers")
        at = 0
        while thread.is_alive():
            result = client.query(ROUNDS[at % len(ROUNDS)]) if at % 2 else client.query(ROUNDS[at * 7 % len(ROUNDS)])
            assert result.error is None
            take(result.of("A"))
            at += 1
        thread.join()
        disturber.join()
        while len(seen) < count:
            take([client.read()])
        assert seen == list(range(count))
        assert not [one for one in client.query("select 1").of("A") if told(one)[0] == "numbers"]


def test_many_listen_to_one_channel(howdah, postgres):
    clients = [wire.connect(howdah, **APP) for _ in range(50)]
    try:
        for client in clients:
            client.send(messages.query("listen news"))
        for client in clients:
            assert client.ready().error is None
            wait_until(lambda one=client: is_away(howdah, one))
        for number in range(20):
            postgres.rows(f"notify news, '{number}'", database="app")
        for client in clients:
            assert [told(client.read())[1] for _ in range(20)] == [str(number) for number in range(20)]
        assert len(listener(postgres)) == 1
    finally:
        for client in clients:
            client.close()
    wait_until(lambda: has_no_listener(postgres), "nobody listens any more")
