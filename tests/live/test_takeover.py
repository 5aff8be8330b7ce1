"""A new howdah takes the place of the running one: clients notice nothing."""

import contextlib
import itertools
import os
import pathlib
import select
import signal
import socket
import subprocess
import sys
import threading

import pytest

from support import postgres as postgres_cluster
from support import processes, wire
from support.certificates import Authority
from support.howdah_process import HowdahProcess, is_sanitized, judge_and_remove
from support.ledger import LedgerClient, check_ledger, ledger_table, load_of
from support.messages import SYNC, bind, execute, parse, query
from support.process_memory import memory_of
from support.supervisor import Supervisor
from support.takeovers import TAGS, Packets, hello, has_place_of, message, received, successor_of, take_over
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

SLEEP = "select pg_sleep(60)"
PASSWORD = "needle" + os.urandom(8).hex()


@pytest.fixture(scope="module")
def strict_postgres(postgres_template):
    cluster = postgres_cluster.Postgres(postgres_template, hba="local all all trust\nhost all all all scram-sha-256\n")
    try:
        cluster.start()
        cluster.rows(f"create role reader login password '{PASSWORD}'")
        yield cluster
    finally:
        cluster.remove()


@pytest.fixture
def start(postgres):
    """A factory: a howdah that can be taken over. All, and those that took their places, are judged and removed."""
    started = []

    def begin(pool=None, **config):
        app = {"backend": postgres.backend("app"), "pool": {"max_size": 4, **(pool or {})}}
        howdah = HowdahProcess({"databases": {"app": app}} | config)
        howdah.config["takeover"] = {"socket": f"{howdah.folder}/takeover", **config.get("takeover", {})}
        started.append(howdah)
        howdah.start()
        wait_until(lambda: os.path.exists(control(howdah)), "it can be asked for its place")
        return howdah

    def follow(howdah, **changes):
        successor = take_over(howdah, **changes)
        started.append(successor)
        return successor

    def beside(howdah, sign):
        """Its successor, which has not all yet, once the log says so."""
        successor = successor_of(howdah).start(wait=False)
        started.append(successor)
        wait_until(lambda: sign in howdah.log(), sign)
        return successor

    begin.follow = follow
    begin.beside = beside
    begin.started = started
    yield begin
    for howdah in started[:-1]:  # those whose place the next one has
        if howdah.process:
            howdah.wait_for_end()
    judge_and_remove(started)


def app(howdah, **more):
    return wire.connect(howdah, "app", "app", **more)


def told(client):
    return [(one.fields["V"], one.fields["C"]) for one in client.read_to_end().of("E")]


def test_an_idle_client_keeps_all_that_it_has(start, postgres):
    first = start()
    with app(first, application_name="till") as client:
        assert client.run(parse("s", "select $1::int + 1") + SYNC).kinds == "1Z"
        client.query("set search_path to pg_catalog, public; set my.own = 'x'")
        key = client.key
        second = start.follow(first)
        assert first.wait_for_end() == 0
        with wire.Connection(second.folder, second.port) as local:
            assert local.login("app", "app").query("select 1").value == "1"
        assert client.run(bind("", "s", [b"41"]) + execute() + SYNC).value == "42"
        assert client.query("show application_name").value == "till"
        assert client.query("show search_path").value == "pg_catalog, public"
        assert client.query("show my.own").value == "x"
        assert client.run(parse("s", "select 1") + SYNC).sqlstate == "42P05"
        start.follow(second)
        assert client.run(bind("", "s", [b"1"]) + execute() + SYNC).value == "2"
        client.send(query(SLEEP))
        wait_until(lambda: postgres.connections("app", "wait_event = 'PgSleep'") == 1, "it sleeps")
        client.cancel(key=key)
        assert client.ready().sqlstate == "57014"


def test_a_client_in_a_transaction_follows_at_its_end(start, postgres):
    first = start()
    with app(first) as busy, app(first) as idle:
        busy.query("begin; create temporary table t on commit drop as select 7 as seven")
        second = start.beside(first, "client taken over")
        assert idle.query("select 'there'").value == "there"
        with app(second) as late:
            assert late.query("select 'new'").value == "new"
        assert first.is_running()
        assert busy.query("select seven from t").value == "7"
        assert busy.query("commit").tags == ["COMMIT"]
        assert busy.query("select 'followed'").value == "followed"
        wait_until(lambda: has_place_of(first, second), "all have gone")
        assert busy.query("select 2").value == "2"


def test_requests_behind_the_end_of_a_transaction_are_done_by_the_next(start):
    first = start()
    with app(first) as busy:
        busy.query("begin")
        second = start.beside(first, "handing over")
        busy.send(query("commit") + b"".join(query(f"select {number}") for number in range(50)))
        assert busy.ready().tags == ["COMMIT"]
        assert [busy.ready().value for _ in range(50)] == [str(number) for number in range(50)]


def test_a_client_that_always_sends_ahead_follows_too(start):
    """Its server is never at rest."""
    first = start()
    with app(first) as client:
        second = successor_of(first).start(wait=False)
        start.started.append(second)
        client.send(b"".join(query(f"select {number} from pg_sleep(0.005)") for number in range(4)))
        numbers = itertools.count()

        def has_gone():
            number = next(numbers)
            assert client.ready().value == str(number)
            client.send(query(f"select {number + 4} from pg_sleep(0.005)"))
            return has_place_of(first, second)

        wait_until(has_gone, "it has gone", pause=0)


def test_who_waits_for_a_server_waits_on_with_the_next(start):
    first = start(pool={"max_size": 1})
    with app(first) as holder, app(first) as waiter:
        holder.query("begin; select 1")
        waiter.send(query("select 'at last'"))
        wait_until(lambda: first.get("/stats.json")[1].count('"waiting"'), "it waits")
        second = start.beside(first, "client taken over")
        assert holder.query("commit").tags == ["COMMIT"]
        assert waiter.ready().value == "at last"


def test_a_cancel_finds_the_client_wherever_it_is(start, postgres):
    first = start()
    with app(first) as busy:
        busy.query("begin")
        busy.send(query(SLEEP))
        wait_until(lambda: postgres.connections("app", "wait_event = 'PgSleep'") == 1, "it sleeps")
        second = start.beside(first, "handing over")
        busy.cancel()  # comes to the new one
        assert busy.ready().sqlstate == "57014"
        busy.query("rollback")
        wait_until(lambda: has_place_of(first, second), "all have gone")
        busy.send(query(SLEEP))
        wait_until(lambda: postgres.connections("app", "wait_event = 'PgSleep'") == 1, "it sleeps again")
        busy.cancel()
        assert busy.ready().sqlstate == "57014"


def test_both_together_never_have_more_than_max_size(start, postgres):
    """While the old one has two servers in transactions there is one for all clients of the new one."""
    first = start(pool={"max_size": 3, "min_size": 3})
    most, is_over = [], threading.Event()

    def watch():
        while not is_over.is_set():
            most.append(postgres.connections("app", "usename = 'app'"))

    def go_on_counting():
        before = len(most)
        wait_until(lambda: len(most) > before + 3, "they are counted")

    watcher = threading.Thread(target=watch)
    clients = [LedgerClient(first, f"c{number}") for number in range(8)]
    with app(first) as one, app(first) as two, ledger_table(postgres):
        for busy in (one, two):
            busy.query("begin; select 1")
        watcher.start()
        try:
            with load_of(clients):
                second = start.beside(first, "handing over")
                done = sum(len(client.acknowledged) for client in clients)
                wait_until(lambda: sum(len(client.acknowledged) for client in clients) > done + 50, "the new one serves")
                go_on_counting()
                for busy in (one, two):
                    assert busy.query("commit").tags == ["COMMIT"]
                wait_until(lambda: has_place_of(first, second), "all have gone")
                wait_until(lambda: postgres.connections("app", "usename = 'app'") == 3, "the pool grows")
                go_on_counting()
        finally:
            is_over.set()
            watcher.join()
        check_ledger(postgres, clients)
    assert max(most) == 3


@pytest.mark.parametrize("what", ["tls", "listening", "pinned", "session mode"])
def test_who_cannot_go_is_told_57p01_at_the_end_of_its_transaction(start, tmp_path, what):
    config = {}
    if what == "tls":
        certificate = Authority(tmp_path).issue("localhost", host="DNS:localhost,IP:127.0.0.1")
        config["client"] = {"tls": {"mode": "allow", "certificate": certificate[0], "key": certificate[1]}}
    first = start(pool={"mode": "session"} if what == "session mode" else {}, **config)
    with app(first, tls=wire.trusting_context() if what == "tls" else None) as client:
        if what == "listening":
            client.query("listen news")
        if what == "pinned":
            client.query("create temporary table kept as select 1")
        client.query("begin; select 1")
        second = start.beside(first, "handing over")
        with app(second) as other:
            assert other.query("select 1").value == "1"
        assert client.query("select 'still here'").value == "still here"
        client.send(query("commit"))
        assert client.read_until("C").tags == ["COMMIT"]
        assert told(client) == [("FATAL", "57P01")]
        assert first.wait_for_end() == 0


def test_those_who_cannot_go_are_told_at_the_rate(start):
    first = start(takeover={"rate": 16})
    with contextlib.ExitStack() as ends:
        clients = [ends.enter_context(app(first)) for _ in range(24)]
        for client in clients:
            client.query("listen news")
        second = start.beside(first, "handing over")
        assert first.is_running()
        for client in clients:
            assert told(client) == [("FATAL", "57P01")]
        assert first.wait_for_end() == 0


def test_a_transaction_that_takes_too_long_is_ended(start):
    first = start(takeover={"timeout": "500ms"})
    with app(first) as client:
        client.query("begin; select 1")
        start.follow(first)
        assert told(client) == [("FATAL", "57P01")]


def ends_in_failure(successor):
    wait_until(lambda: not successor.is_running(), "the new one ends")
    status, successor.process = successor.process.returncode, None
    return status != 0


@pytest.mark.parametrize("why", ["configuration", "control socket", "address"])
def test_where_the_new_one_cannot_start_all_goes_on(start, why):
    first = start()
    changes = {
        "configuration": {"workers": -1},
        "control socket": {"takeover": {"socket": "relative"}},
        "address": {"listen": [*first.config["listen"], "192.0.2.1:1"]},
    }[why]
    with app(first) as client:
        client.query("set my.own = 'x'")
        successor = successor_of(first, **changes).start(wait=False)
        assert ends_in_failure(successor)
        first.write_config()
        assert client.query("show my.own").value == "x"
        with app(first) as late:
            assert late.query("select 1").value == "1"
        start.follow(first)
        assert client.query("show my.own").value == "x"


def test_where_the_new_one_dies_in_the_middle_the_old_one_goes_on(start, postgres):
    first = start()
    with app(first) as busy, app(first) as other:
        busy.query("begin; select 1")
        second = successor_of(first).start(wait=False)
        wait_until(lambda: "client taken over" in first.log(), "the other one has gone")
        second.signal(signal.SIGKILL)
        second.process.wait()
        wait_until(lambda: "the takeover has broken off" in first.log(), "it is found")
        assert busy.query("select 'here'").value == "here"
        assert busy.query("commit").tags == ["COMMIT"]
        assert busy.query("select 2").value == "2"
        wait_until(lambda: processes.accepts(first.port), "it serves again")
        with app(first) as late:
            assert late.query("select 3").value == "3"
        wait_until(lambda: first.get("/readyz")[0] == 200, "it is ready again")
        start.follow(first)
        assert busy.query("select 4").value == "4"


def test_a_new_one_that_takes_clients_and_says_nothing_is_ended_and_all_goes_on(start):
    first = start()
    with app(first) as client:
        client.query("set my.own = 'x'")
        command = [sys.executable, "-m", "support.silent_successor", control(first)]
        folder = pathlib.Path(__file__).parents[1]
        silent = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, preexec_fn=processes.die_with_parent)
        try:
            assert silent.stdout.readline() == "it has a client\n"
            assert silent.wait(60) == -signal.SIGKILL
        finally:
            silent.kill()
            silent.wait()
        assert client.query("show my.own").value == "x"
        with app(first) as late:
            assert late.query("select 1").value == "1"
        assert "the new process does not answer" in first.log()
        start.follow(first)
        assert client.query("show my.own").value == "x"


def test_clients_for_which_the_new_one_has_no_descriptor_are_told_57p01(start):
    first = start(client={"max_connections": 0})
    with contextlib.ExitStack() as ends:
        clients = [ends.enter_context(app(first)) for _ in range(150)]
        second = successor_of(first)
        second.launcher = ["prlimit", "--nofile=120:120"]
        start.started.append(second.start(wait=False))
        assert first.wait_for_end(60) == 0
        gone = [client for client in clients if client.socket in select.select([one.socket for one in clients], [], [], 0)[0]]
        assert 0 < len(gone) < len(clients)
        for client in gone:
            assert told(client) == [("FATAL", "57P01")]
        for client in set(clients) - set(gone):
            assert client.query("select 1").value == "1"
        assert 'reason="no descriptor is left"' in first.log()


def test_where_the_old_one_dies_in_the_middle_the_new_one_goes_on(start):
    first = start()
    with app(first) as busy, app(first) as other:
        busy.query("begin; select 1")
        second = start.beside(first, "client taken over")
        first.signal(signal.SIGKILL)
        first.process.wait()
        first.process = None
        assert other.query("select 1").value == "1"
        assert busy.is_closed()
        with app(second) as late:
            assert late.query("select 2").value == "2"


def test_without_a_running_one_it_starts_as_usual(start, postgres):
    first = start()
    first.stop()
    second = successor_of(first).start()
    start.started.append(second)
    with app(second) as client:
        assert client.query("select 1").value == "1"
    assert "taken over" not in second.log()


def test_two_at_a_time_are_one_too_many(start):
    first = start()
    with app(first) as busy:
        busy.query("begin; select 1")
        second = start.beside(first, "handing over")
        third = successor_of(first).start(wait=False)
        assert ends_in_failure(third)
        assert busy.query("commit").tags == ["COMMIT"]
        wait_until(lambda: has_place_of(first, second), "all have gone")
        assert busy.query("select 1").value == "1"


def control(howdah):
    return howdah.config["takeover"]["socket"]


def test_another_version_is_refused_with_a_word(start):
    first = start()
    with Packets(control(first)) as peer:
        peer.send(b"H", **hello(oldest=7, newest=9))
        kind, values = peer.receive()
        assert kind == b"X"
        assert values[TAGS["text"]].decode() == (
            "the new howdah (version 9.9) speaks the versions 7 to 9 of takeover, this one 1: stop it, and start anew"
        )
        assert peer.receive() is None
    with app(first) as client:
        assert client.query("select 1").value == "1"


@pytest.mark.parametrize("content", [b"", b"\1", b"\1H", b"\1H\0\1\xff\xff\xff\xff", b"\1R", b"\0" + b"x" * 1000, b"\1T" + b"\0" * 5])
def test_nonsense_changes_nothing(start, content):
    first = start()
    with Packets(control(first)) as peer:
        peer.socket.send(content)
    wait_until(lambda: app(first).query("select 1").value == "1", "it serves")
    start.follow(first)


def test_an_old_one_of_another_version_is_not_taken_over(start, tmp_path):
    """The new one says so, and does not start."""
    first = start()
    first.stop()
    path = control(first)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(path)
        listening.listen()
        listening.settimeout(20)
        successor = successor_of(first).start(wait=False)
        peer, _ = listening.accept()
        with peer:
            assert received(peer)[0] == b"H"
            peer.send(b"\1" + message(b"H", **hello(oldest=7, newest=9)))
            assert ends_in_failure(successor)
    assert "cannot take over: the running howdah (version 9.9) speaks the versions 7 to 9" in successor.log()


def test_only_the_same_user_is_spoken_to(start):
    first = start()
    os.chmod(first.folder, 0o755)
    os.chmod(control(first), 0o777)
    program = f"""
import socket
peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
peer.settimeout(20)
peer.connect({control(first)!r})
print(peer.recv(10))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, **processes.as_user("nobody"))
    assert done.stdout == "b''\n", done.stderr
    assert "takeover refused reason=\"it is asked for by another user\"" in first.log()


def test_the_control_socket_is_for_its_owner_alone(start):
    first = start()
    assert os.stat(control(first)).st_mode & 0o777 == 0o600
    second = start.follow(first)
    assert os.stat(control(first)).st_mode & 0o777 == 0o600
    second.stop()
    assert not os.path.exists(control(first))


def test_sigusr2_starts_the_next_one_and_systemd_hears_of_it(start, tmp_path):
    supervisor = Supervisor(str(tmp_path))
    first = start()
    first.stop()
    first.popen = {"env": {**os.environ, "NOTIFY_SOCKET": supervisor.path, "WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"}}
    first.start()
    with app(first) as client:
        client.query("set my.own = 'x'")
        first.signal(signal.SIGUSR2)
        assert first.wait_for_end(60) == 0
        (line,) = [line for line in supervisor.lines if line.startswith("MAINPID=")]
        pid = int(line.split("=")[1])
        try:
            after = supervisor.lines.index(line)
            assert supervisor.lines[:after].count("READY=1") == 1, "nobody listens to the next one before"
            wait_until(lambda: "READY=1" in supervisor.lines[after:], "the next one is ready")
            wait_until(lambda: "WATCHDOG=1" in supervisor.lines[after:], "and feeds the watchdog")
            assert client.query("show my.own").value == "x"
        finally:
            os.kill(pid, signal.SIGINT)
            wait_until(lambda: not processes.accepts(first.port), "it ends")


def answer(peer):
    """An offer or a refusal."""
    return next(kind for kind, _ in iter(peer.receive, None) if kind in (b"O", b"X"))


def test_who_asks_a_process_that_is_still_taking_over_waits_until_it_has_all(start):
    first = start()
    with app(first) as busy, app(first) as other:
        busy.query("begin; select 1")
        second = start.beside(first, "handing over")
        assert other.query("select 1").value == "1"
        wait_until(lambda: os.path.exists(control(first)), "the second one can be asked")
        with Packets(control(first)) as peer, Packets(control(first)) as another:
            for one in (peer, another):
                one.send(b"H", **hello())
            busy.query("commit")
            assert {answer(peer), answer(another)} == {b"O", b"X"}
        assert first.wait_for_end(60) == 0
        assert busy.query("select 2").value == "2"
        second.stop()


def test_without_the_setting_it_starts_as_usual(start_howdah):
    howdah = start_howdah()
    howdah.stop()
    howdah.user_arguments = [*howdah.user_arguments, "--takeover"]
    howdah.start()
    with app(howdah) as client:
        assert client.query("select 1").value == "1"


def test_sigusr2_without_the_setting_changes_nothing(howdah):
    howdah.signal(signal.SIGUSR2)
    wait_until(lambda: "no upgrade without the setting takeover.socket" in howdah.log(), "it says so")
    with app(howdah) as client:
        assert client.query("select 1").value == "1"


def test_a_password_that_goes_along_is_kept_and_nothing_more_remains_of_it(start, strict_postgres):
    """Of a client whose password PostgreSQL has judged: it is needed for servers that log in as that user."""
    entry = {"backend": f"host=127.0.0.1 port={strict_postgres.port}", "pool": {"max_size": 2}, "backend_auth_cache": "0s"}
    first = start(databases={"*": entry}, auth=[{"from": "local", "method": "backend"}])
    with wire.Connection(first.socket_folder, first.port) as client:
        client.login("reader", "postgres", PASSWORD)
        second = start.follow(first)
        if not is_sanitized():  # whose memory has terabytes
            kept = sum(part.count(PASSWORD.encode()) for part in memory_of(second.pid))
            assert kept == 1
        assert client.query("select current_user").value == "reader"


def test_many_clients_with_many_statements_follow(start):
    first = start(client={"max_connections": 0})
    with contextlib.ExitStack() as ends:
        clients = [ends.enter_context(app(first)) for _ in range(200)]
        for client in clients:
            client.run(b"".join(parse(f"s{number}", f"select {number} /* {'x' * 900} */") for number in range(40)) + SYNC)
        start.follow(first)
        for client in clients:
            assert client.run(bind("", "s39") + execute() + SYNC).value == "39"


def test_upgrades_under_load_lose_nothing(start, postgres, request):
    howdah = start(pool={"acquire_timeout": "60s"})
    clients = [LedgerClient(howdah, f"c{number}") for number in range(8)]
    upgrades = 50 if request.config.getoption("--long") else 8
    with ledger_table(postgres):
        with load_of(clients):
            for _ in range(upgrades):
                howdah = start.follow(howdah)
        check_ledger(postgres, clients)
    done = sum(len(client.acknowledged) for client in clients)
    assert sum(client.reconnects for client in clients) == 0
    longest = max(client.longest for client in clients)
    print(f"{upgrades} upgrades: {done} transfers, none failed, no connection was lost, the longest took {longest * 1000:.0f} ms")
