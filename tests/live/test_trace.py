"""TRACE on the console: the frames of one client, both sides, in a bounded file without secrets."""

import json
import os
import stat
import subprocess

import pytest

from support import messages, wire
from support.console import show
from support.howdah_process import executable
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

SECRET = "s3cret-value"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "traces"
    path.mkdir()
    return path


@pytest.fixture
def tracing(start_howdah, folder):
    return start_howdah(admin={"trace_directory": str(folder)})


@pytest.fixture
def client(tracing):
    with wire.connect(tracing, "app", "app") as connection:
        yield connection


@pytest.fixture
def console(tracing):
    with wire.connect(tracing, tracing.admin_user, "howdah") as connection:
        yield connection


def clients(howdah):
    """Numbers of the clients that are no console."""
    return [row["ptr"].lstrip("c") for row in show(howdah, "clients") if row["database"] == "app"]


def trace(howdah, console, more=""):
    """Of the one client."""
    [number] = clients(howdah)
    return order(console, f"trace client {number} {more}")


def order(console, text):
    result = console.query(text)
    assert result.sqlstate is None and result.tags == ["TRACE"] and result.notices, result.error
    return result


def refused(console, text):
    result = console.query(text)
    assert result.sqlstate and result.status == "I"
    return result.sqlstate


def file_in(folder):
    [path] = folder.iterdir()
    return path


def lines(folder):
    """Those that are whole."""
    text = file_in(folder).read_text(encoding="utf-8")
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def end_of(folder):
    wait_until(lambda: "end" in lines(folder)[-1], "the trace ends")
    return lines(folder)[-1]["end"]


def printed(folder):
    done = subprocess.run([executable(), "--show-trace", str(file_in(folder))], capture_output=True, text=True, timeout=20, check=True)
    return done.stdout


def seen(folder, way):
    """Names of the frames that went this way."""
    return [line["name"] for line in lines(folder) if line.get("way") == way]


def test_a_simple_query_is_seen_on_all_four_ways_in_order(tracing, client, console, folder):
    trace(tracing, console)
    client.query(f"select '{SECRET}' as what")
    trace(tracing, console, "off")
    assert end_of(folder) == "TRACE OFF"
    names = [(line["way"], line["name"]) for line in lines(folder) if "way" in line]
    answers = ["RowDescription", "DataRow", "CommandComplete", "ReadyForQuery"]
    # What howdah asks of the server for itself, its settings, stands there too.
    first = names.index((">server", "Query"))
    assert names[0] == ("client>", "Query") and first == 1
    assert [name for name in names if name[0] == ">client"] == [(">client", name) for name in answers]
    assert names[-8:] == [("server>", name) for name in answers] + [(">client", name) for name in answers]
    text = printed(folder)
    assert text.startswith("client ") and "user app, database app" in text and "for postgres" in text and "without values" in text
    shown = [line for line in text.splitlines() if "client ->" in line or "client <-" in line]
    assert [name in line for name, line in zip(["Query", *answers], shown, strict=True)] == [True] * 5
    assert "select $1 as what" in shown[0] and "(12B)" in shown[2] and "SELECT 1" in shown[3]


def test_an_extended_exchange_and_a_copy_are_seen(tracing, client, console, folder):
    client.query("create table if not exists traced (a text)")
    trace(tracing, console)
    client.execute("select $1::text", [SECRET])
    client.query("begin")
    client.send(messages.query("copy traced from stdin"))
    client.read_until("G")
    client.run(messages.copy_data(f"{SECRET}\n".encode()) + messages.message("c"))
    client.query("rollback")
    trace(tracing, console, "off")
    assert end_of(folder) == "TRACE OFF"
    asked = seen(folder, "client>")
    assert asked == ["Parse", "Bind", "Describe", "Execute", "Sync", "Query", "Query", "CopyData", "CopyDone", "Query"]
    assert "CopyData" in seen(folder, ">server") and "CopyInResponse" in seen(folder, "server>")
    answers = seen(folder, ">client")
    assert answers[:6] == ["ParseComplete", "BindComplete", "RowDescription", "DataRow", "CommandComplete", "ReadyForQuery"]
    assert answers[6:] == ["CommandComplete", "ReadyForQuery", "CopyInResponse"] + ["CommandComplete", "ReadyForQuery"] * 2
    client.query("drop table traced")


def test_values_are_in_the_file_only_if_asked_for(tracing, client, console, folder):
    def exchange():
        client.query(f"select '{SECRET}'")
        client.execute("select $1::text", [SECRET])
        client.query(f"select '{SECRET}'::int")  # the error's message repeats it

    trace(tracing, console)
    exchange()
    trace(tracing, console, "off")
    assert end_of(folder) == "TRACE OFF"
    path = file_in(folder)
    assert SECRET.encode() not in path.read_bytes() and b"22P02" in path.read_bytes()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    path.unlink()
    trace(tracing, console, "with values")
    exchange()
    trace(tracing, console, "off")
    assert end_of(folder) == "TRACE OFF"
    assert file_in(folder).read_bytes().count(SECRET.encode()) >= 8
    assert "with values" in printed(folder)


def test_the_error_to_a_text_from_before_the_trace_is_told_without_its_message(tracing, direct, client, console, folder):
    with wire.connect(direct, "app", "app") as holder:
        holder.query("select pg_advisory_lock(7722)")
        client.send(messages.query(f"do $$ begin perform pg_advisory_xact_lock(7722); raise exception '{SECRET}'; end $$"))
        wait_until(lambda: [row["state"] for row in show(tracing, "clients") if row["database"] == "app"] == ["active"], "it runs")
        trace(tracing, console, "with values")
        holder.query("select pg_advisory_unlock(7722)")
        assert client.ready().sqlstate == "P0001"
    trace(tracing, console, "off")
    assert end_of(folder) == "TRACE OFF" and seen(folder, ">client") == ["ErrorResponse", "ReadyForQuery"]
    assert SECRET.encode() not in file_in(folder).read_bytes()


@pytest.mark.parametrize("more", ["", "with values"])
def test_a_password_is_never_in_the_file(tracing, console, folder, more):
    with wire.connect(tracing, "postgres", "app") as client:
        trace(tracing, console, more)
        client.query("begin")
        client.query(f"create role traced_role login password '{SECRET}'")
        client.execute(f"alter role traced_role password '{SECRET}'")
        client.query("rollback")
        assert client.query(f"alter role traced_role PASSWORD '{SECRET}' '{SECRET}'").sqlstate == "42601"  # told with its text
        trace(tracing, console, "off")
    assert end_of(folder) == "TRACE OFF"
    raw = file_in(folder).read_bytes()
    assert SECRET.encode() not in raw and b"create role traced_role login password $1" in raw


def test_for_ends_the_trace(tracing, client, console, folder):
    trace(tracing, console, "for 300ms")
    client.query("select 1")
    assert end_of(folder) == "the time is over"
    before = len(lines(folder))
    client.query("select 1")
    trace(tracing, console, "for 1h with values")  # the first is over
    assert len(list(folder.iterdir())) == 2
    assert len([None for path in folder.iterdir() if len(path.read_text(encoding="utf-8").splitlines()) == before]) == 1


def test_the_size_ends_the_trace_and_the_client_sees_nothing_of_it(start_howdah, folder):
    howdah = start_howdah(admin={"trace_directory": str(folder), "trace_size": "8kB"})
    with wire.connect(howdah, "app", "app") as client, wire.connect(howdah, "postgres", "howdah") as console:
        trace(howdah, console, "with values")
        for number in range(200):
            assert client.query(f"select {number}").value == str(number)
        assert len(client.query("select repeat('x', 1000) from generate_series(1, 3000)").rows) == 3000
        assert end_of(folder) == "the file is as large as admin.trace_size allows"
        assert os.stat(file_in(folder)).st_size <= 8192
        assert client.query("select 1").value == "1"
        assert refused(console, f"trace client {clients(howdah)[0]} off") == "42704"


def test_what_comes_faster_than_the_file_takes_it_is_counted(tracing, client, console, folder):
    trace(tracing, console)
    assert len(client.query("select n from generate_series(1, 100000) n").rows) == 100000
    trace(tracing, console, "off")
    end_of(folder)
    told = lines(folder)
    frames = len([line for line in told if "way" in line])
    assert told[-1]["frames"] == frames
    assert frames + told[-1]["frames_left_out"] >= 100000


def test_without_a_folder_there_is_no_trace(start_howdah):
    howdah = start_howdah()
    with wire.connect(howdah, "app", "app"), wire.connect(howdah, "postgres", "howdah") as console:
        result = console.query(f"trace client {clients(howdah)[0]}")
        assert result.sqlstate == "0A000" and "admin.trace_directory" in result.error["H"]


def test_a_folder_that_is_not_there_or_full_is_an_error_at_the_console(start_howdah, tmp_path):
    howdah = start_howdah(admin={"trace_directory": str(tmp_path / "nowhere")})
    with wire.connect(howdah, "app", "app") as client, wire.connect(howdah, "postgres", "howdah") as console:
        result = console.query(f"trace client {clients(howdah)[0]}")
        assert result.sqlstate == "58030" and "nowhere" in result.error["M"]
        (tmp_path / "nowhere").symlink_to("/dev/full")  # no folder at all
        assert refused(console, f"trace client {clients(howdah)[0]}") == "58030"
        assert client.query("select 1").value == "1" and howdah.is_running()


def test_who_cannot_be_traced(tracing, client, console, folder):
    assert refused(console, "trace client 999999") == refused(console, "trace client 999999 off") == "42704"
    [number] = clients(tracing)
    assert refused(console, f"trace client {number} off") == "42704"
    consoles = [row["ptr"].lstrip("c") for row in show(tracing, "clients") if row["state"] == "console"]
    assert {refused(console, f"trace client {one}") for one in consoles} <= {"0A000", "42704"}  # one of them has gone
    trace(tracing, console)
    [row] = show(tracing, "traces")
    assert (row["client"], row["user"], row["by"], row["values"]) == (f"c{number}", "app", "postgres", "no")
    assert row["file"] == str(file_in(folder)) and int(row["bytes"]) > 0
    assert refused(console, f"trace client {number}") == "55006"
    for text in ("trace", "trace client", "trace client x", "trace client 1 for", "trace client 1 for 5", "trace client 1 for 5s off"):
        assert refused(console, text) == "42601"
    assert console.execute("trace client 999999").sqlstate == "42704"
    assert console.execute(f"trace client {number} off").tags == ["TRACE"] and show(tracing, "traces") == []
    assert end_of(folder) == "TRACE OFF"


def test_a_client_that_ends_ends_its_trace(tracing, console, folder):
    with wire.connect(tracing, "app", "app") as client:
        trace(tracing, console)
        client.send(messages.query("select 1") + messages.message("X"))
        client.read_to_end()
    assert end_of(folder) == "closed by the client"
    assert seen(folder, "client>") == ["Query", "Terminate"] and seen(folder, ">client")[-1] == "ReadyForQuery"


def test_a_client_that_is_lost_with_a_transaction_open_ends_its_trace(tracing, console, folder):
    with wire.connect(tracing, "app", "app") as client:
        client.query("begin")
        client.query("select 1")
        trace(tracing, console)
        client.query("select 2")
        client.reset()
    assert end_of(folder) in ("closed by the client", "connection lost")
    assert seen(folder, ">server")[0] == "Query"  # its server was its own before
    with wire.connect(tracing, "app", "app") as other:
        assert other.query("select 3").value == "3"


def test_an_orderly_end_of_howdah_ends_the_trace(tracing, client, console, folder):
    trace(tracing, console)
    client.query("select 1")
    tracing.stop()
    assert end_of(folder).startswith("terminating connection")


def test_with_four_workers_each_client_can_be_traced(start_howdah, folder):
    howdah = start_howdah(workers=4, admin={"trace_directory": str(folder)})
    connections = [wire.connect(howdah, "app", "app") for _ in range(8)]
    try:
        with wire.connect(howdah, "postgres", "howdah") as console:
            numbers = clients(howdah)
            for number in numbers:
                order(console, f"trace client {number}")
            for number, connection in enumerate(connections):
                assert connection.query(f"select {number}").value == str(number)
            for number in numbers:
                order(console, f"trace client {number} off")
    finally:
        for connection in connections:
            connection.close()
    paths = list(folder.iterdir())
    assert len(paths) == 8
    for path in paths:
        wait_until(lambda path=path: "TRACE OFF" in path.read_text(encoding="utf-8"), "the trace ends")
        assert '"way":"client>","name":"Query"' in path.read_text(encoding="utf-8")


def test_ten_at_a_time(start_howdah, folder):
    howdah = start_howdah(admin={"trace_directory": str(folder)})
    connections = [wire.connect(howdah, "app", "app") for _ in range(11)]
    try:
        with wire.connect(howdah, "postgres", "howdah") as console:
            numbers = clients(howdah)
            for number in numbers[:10]:
                order(console, f"trace client {number}")
            assert refused(console, f"trace client {numbers[10]}") == "53400"
            order(console, f"trace client {numbers[0]} off")
            order(console, f"trace client {numbers[10]}")
    finally:
        for connection in connections:
            connection.close()


def test_a_file_that_is_no_trace_is_said_to_be_none(tmp_path):
    for content in (b"", b"hello\n", b"\xff\xfe\n", b'{"howdah_trace": 99}\n', b'{"howdah_trace": 1}\nnonsense\n'):
        (tmp_path / "file").write_bytes(content)
        done = subprocess.run([executable(), "--show-trace", str(tmp_path / "file")], capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 1 and str(tmp_path / "file") in done.stderr
    done = subprocess.run([executable(), "--show-trace", str(tmp_path / "none")], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1 and "none" in done.stderr


def test_a_stats_user_may_not_trace(start_howdah, folder):
    howdah = start_howdah(admin={"trace_directory": str(folder), "stats_users": ["app"]})
    with wire.connect(howdah, "app", "app"), wire.connect(howdah, "app", "howdah") as console:
        assert refused(console, f"trace client {clients(howdah)[0]}") == "42501"
    assert not list(folder.iterdir())
