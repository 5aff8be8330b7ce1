"""The limit of open files: raised as far as it may be, told at the start with what it allows, and that much is true."""

import contextlib
import re
import resource

import pytest

from conftest import default_config
from support import processes, wire
from support.howdah_process import HowdahProcess, merged
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only

OPEN_FILES = re.compile(r"open files limit=(\d+) own=(\d+) servers=(\d+) room_for_clients=(\d+)")
TOO_LOW = re.compile(r"the limit of open files is too low limit=(\d+) needed=(\d+) max_connections=(\d+) room_for_clients=(\d+)")


@pytest.fixture
def start_limited(postgres):
    """A factory: howdah with these limits of open files."""
    with contextlib.ExitStack() as ends:

        def start(soft, hard, **config):
            def limit():
                processes.die_with_parent()
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

            howdah = HowdahProcess(merged(default_config(postgres), config))
            ends.callback(howdah.remove)
            howdah.popen = {"preexec_fn": limit}
            howdah.start()
            ends.callback(howdah.stop)
            return howdah

        yield start


def told(pattern, howdah):
    """The numbers of the line that fits, or nothing."""
    found = pattern.search(howdah.log())
    return found and [int(number) for number in found.groups()]


def test_the_limit_is_raised_and_what_it_allows_is_told(start_limited):
    howdah = start_limited(30, 2000, workers=20, client={"max_connections": 500})
    assert resource.prlimit(howdah.pid, resource.RLIMIT_NOFILE) == (2000, 2000)
    limit, own, servers, clients = told(OPEN_FILES, howdah)
    assert (limit, servers, clients) == (2000, 4, 2000 - 4 - own)
    assert howdah.open_files() < own
    assert told(TOO_LOW, howdah) is None


def test_a_limit_below_what_the_configuration_allows_is_a_warning(start_limited):
    howdah = start_limited(300, 300, client={"max_connections": 500})
    own = told(OPEN_FILES, howdah)[1]
    assert told(TOO_LOW, howdah) == [300, own + 4 + 500, 500, 300 - own - 4]


def test_clients_without_a_limit_need_no_more_than_there_is(start_limited):
    assert told(TOO_LOW, start_limited(300, 300, client={"max_connections": 0})) is None


def test_a_limit_that_the_servers_alone_exceed_leaves_no_room(start_limited, postgres):
    pool = {"backend": postgres.backend(), "pool": {"max_size": 300}}
    howdah = start_limited(300, 300, databases={"*": pool}, client={"max_connections": 0})
    assert told(OPEN_FILES, howdah)[2:] == [300, 0]
    assert told(TOO_LOW, howdah)[3] == 0


@pytest.mark.parametrize("workers", [1, 4])
def test_so_many_clients_as_were_told_are_served_while_all_servers_are_there(start_limited, workers):
    howdah = start_limited(200, 200, workers=workers)
    room = told(OPEN_FILES, howdah)[3]
    with contextlib.ExitStack() as ends:
        clients = [ends.enter_context(wire.connect(howdah, "app", "app")) for _ in range(room)]
        holders = clients[:4]
        for client in holders:
            assert client.query("begin; select 1").sqlstate is None
        for client in holders:
            client.query("commit")
        assert all(client.query("select 1").value == "1" for client in clients)
    assert "cannot accept" not in howdah.log()


def fill(howdah, ends):
    """Clients until one more is turned away; the error that it gets."""
    while True:
        try:
            ends.enter_context(wire.connect(howdah, "app", "app"))
        except wire.ServerError as error:
            return error


@pytest.mark.parametrize("workers", [1, 4])
def test_the_last_open_files_are_for_the_console(start_limited, workers):
    howdah = start_limited(120, 120, workers=workers)
    with contextlib.ExitStack() as ends:
        assert fill(howdah, ends).sqlstate == "53300"
        for _ in range(5):
            console = ends.enter_context(wire.connect(howdah, "postgres", "howdah"))
            assert len(console.query("show clients").rows) > 50
    assert "cannot accept" not in howdah.log()


def test_without_a_reserve_clients_take_all_open_files(start_limited):
    howdah = start_limited(120, 120, admin={"reserved_connections": 0})
    with contextlib.ExitStack() as ends:
        for _ in range(130):
            ends.enter_context(wire.Connection(howdah.host, howdah.port))
        wait_until(lambda: "cannot accept" in howdah.log(), "the last open file is taken")
