"""Log-ins under attack: how many there may be, and what remains of a password."""

import os

import pytest

from support import messages, processes, scram, wire
from support.howdah_process import is_sanitized
from support.messages import startup
from support.process_memory import memory_of
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]


def is_turned_away(howdah, source=None):
    with wire.Connection(howdah.host, howdah.port, source=source) as connection:
        try:
            connection.login("postgres", "postgres")
            return False
        except wire.ServerError as error:
            assert (error.fields["S"], error.sqlstate) == ("FATAL", "53300")
            return True


@pytest.mark.parametrize("limit", ["max_logins", "max_logins_per_address"])
def test_those_who_have_not_logged_in_are_few(start_howdah, limit):
    # With one worker they are counted in the order in which they come.
    howdah = start_howdah(workers=1, client={limit: 3, "login_timeout": "20s"})
    with wire.connect(howdah) as client:
        waiting = [wire.Connection(howdah.host, howdah.port) for _ in range(3)]
        wait_until(lambda: is_turned_away(howdah), "three silent ones are all that may be")
        assert is_turned_away(howdah, "127.0.0.2") == (limit == "max_logins")
        assert client.query("select 1").value == "1"  # who is in does not count
        if limit == "max_logins_per_address":
            with wire.Connection(howdah.socket_folder, howdah.port) as local:
                local.login("postgres", "postgres")
        waiting.pop().close()
        wait_until(lambda: not is_turned_away(howdah), "one may come again")
        for connection in waiting:
            connection.close()


def test_a_password_being_checked_counts_too(start_howdah):
    howdah = start_howdah(
        workers=1,
        client={"max_logins_per_address": 1},
        users={"postgres": {"password": "secret"}},
        auth=[{"from": "127.0.0.3", "method": "scram-sha-256"}, {"from": "any", "method": "trust"}],
    )
    with wire.Connection(howdah.host, howdah.port, source="127.0.0.3") as first:
        first.send(startup(user="postgres"))
        assert first.read().kind == "R"
        assert is_turned_away(howdah, "127.0.0.3")
        first.close()
        wait_until(lambda: not wrong_password_is_told(howdah), "the place is free again")


def wrong_password_is_told(howdah):
    with pytest.raises(wire.ServerError) as caught:
        wire.connect(howdah, "postgres", "postgres", "wrong", source="127.0.0.3")
    return caught.value.sqlstate == "53300"


@pytest.mark.parametrize("is_cut", [False, True], ids=["whole", "byte by byte"])
@pytest.mark.parametrize("is_right", [True, False], ids=["right", "wrong"])
def test_nothing_remains_of_a_password(start_howdah, is_right, is_cut):
    password = "needle" + os.urandom(8).hex()
    stored = scram.verifier(password if is_right else "another")
    howdah = start_howdah(users={"app": {"password": stored}}, auth=[{"from": "127.0.0.0/8", "method": "password"}])
    with wire.Connection(howdah.host, howdah.port) as client:
        client.send(startup(user="app", database="app"))
        assert client.read().kind == "R"
        (client.send_in_pieces if is_cut else client.send)(messages.password(password))
        assert client.read().kind == ("R" if is_right else "E")
        if not is_sanitized():  # whose memory has terabytes
            wait_until(lambda: not any(password.encode() in part for part in memory_of(howdah.pid)), "it is overwritten")


@pytest.mark.parametrize("may_dump", [True, False])
def test_its_memory_is_for_root_only(start_howdah, may_dump):
    """As nobody: a process that may not be dumped has files in /proc that belong to root."""
    howdah = start_howdah(core_dumps=may_dump)
    howdah.stop()
    os.chmod(howdah.folder, 0o777)
    howdah.popen = processes.as_user("nobody")
    howdah.start()
    assert (os.stat(f"/proc/{howdah.pid}/environ").st_uid == 0) == (not may_dump)


def test_administrators_come_in_where_too_many_log_in_and_all_places_are_taken(start_howdah):
    howdah = start_howdah(workers=1, client={"max_logins": 3, "max_connections": 1, "login_timeout": "20s"})
    with wire.connect(howdah, "app", "app"), wire.connect(howdah, "postgres", "howdah"):
        waiting = [wire.Connection(howdah.host, howdah.port) for _ in range(3)]
        wait_until(lambda: is_turned_away(howdah), "three silent ones are all that may be")
        for _ in range(3):
            with wire.connect(howdah, "postgres", "howdah") as console:
                assert console.query("show version").rows
        for connection in waiting:
            connection.close()


def test_without_a_reserve_administrators_are_turned_away_too(start_howdah):
    howdah = start_howdah(workers=1, client={"max_logins": 3, "login_timeout": "20s"}, admin={"reserved_connections": 0})
    with wire.connect(howdah):  # those who looked whether it is there have left
        waiting = [wire.Connection(howdah.host, howdah.port) for _ in range(3)]
        wait_until(lambda: is_turned_away(howdah), "three silent ones are all that may be")
        with pytest.raises(wire.ServerError) as caught:
            wire.connect(howdah, "postgres", "howdah")
        assert caught.value.sqlstate == "53300"
        for connection in waiting:
            connection.close()
