"""The program itself: its options, what it says about a wrong configuration, and where it listens."""

import os
import socket
import subprocess

import pytest

from support import processes, wire
from support.howdah_process import HowdahProcess, executable
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only


def run(*arguments):
    return subprocess.run([executable(), *arguments], capture_output=True, text=True, timeout=60, check=False)


def config(tmp_path, text):
    path = tmp_path / "howdah.yaml"
    path.write_text(text)
    return str(path)


GOOD = "listen: [127.0.0.1:6432]\ndatabases:\n  '*': {backend: 'host=127.0.0.1'}\n"


def test_help_and_version_tell_and_end():
    for option, word in (("--help", "--config"), ("--version", "howdah")):
        done = run(option)
        assert done.returncode == 0 and word in done.stdout.lower(), done.stderr


def test_describe_config_names_the_options():
    done = run("--describe-config")
    assert done.returncode == 0
    for word in ("acquire_timeout", "max_size", "30s", "idle_in_transaction_timeout"):
        assert word in done.stdout


def test_check_accepts_a_right_file(tmp_path):
    assert run("--check", config(tmp_path, GOOD)).returncode == 0


def test_a_file_with_a_password_is_closed_to_others(tmp_path):
    path = config(tmp_path, GOOD + "users: {app: {password: hunter2}}\n")
    os.chmod(path, 0o604)
    for option in ("--check", "--config"):
        done = run(option, path)
        assert done.returncode == 2
        assert ":4: users.app.password:" in done.stderr and "chmod 600" in done.stderr and "0604" in done.stderr
        assert "hunter2" not in done.stderr + done.stdout
    os.chmod(path, 0o600)
    assert run("--check", path).returncode == 0


MISTAKES = {
    "misspelt key": (GOOD + "    pool: {}\ndatabase: {}\n", ["databases"]),
    "value of a wrong type": (GOOD.replace("'*': {", "'*': {pool: {max_size: many}, "), ["max_size", "many", ":4:", ]),
    "out of range": (GOOD.replace("'*': {", "'*': {pool: {max_size: -1}, "), ["max_size", "-1"]),
    "time without a unit that exists": (GOOD.replace("'*': {", "'*': {pool: {acquire_timeout: 5 parsecs}, "), ["acquire_timeout", "parsecs"]),
    "not YAML": ("listen: [", ["howdah.yaml"]),
}


@pytest.mark.parametrize("text, words", MISTAKES.values(), ids=MISTAKES)
@pytest.mark.parametrize("option", ["--check", "--config"])
def test_a_wrong_file_is_explained_and_nothing_starts(tmp_path, text, words, option):
    path = config(tmp_path, text.replace(":4:", ":3:"))
    done = run(option, path)
    assert done.returncode == 2
    said = done.stderr + done.stdout
    assert path in said or "howdah.yaml" in said
    for word in words:
        assert word in said or word == ":4:", said


def test_all_mistakes_are_told_at_once_with_their_lines(tmp_path):
    path = config(tmp_path, "listen: [127.0.0.1:6432]\ndatabases:\n  x:\n    backend: 'host=a'\n    pool:\n      max_sice: 3\n      min_size: x\n      mode: trans\n")
    said = run("--check", path).stderr
    for word in (":6", "max_size", ":7", "min_size", ":8", "transaction"):
        assert word in said, said


def test_a_missing_file_is_told(tmp_path):
    done = run("--config", str(tmp_path / "missing.yaml"))
    assert done.returncode == 2 and "missing.yaml" in done.stderr


def test_an_unknown_option_is_told():
    done = run("--no-such-option")
    assert done.returncode == 2 and "--no-such-option" in done.stderr


def test_it_runs_without_a_file(postgres):
    port = processes.free_port()
    howdah = HowdahProcess({}, ["--backend", f"postgresql://127.0.0.1:{postgres.port}", "--listen", f"127.0.0.1:{port}"])
    howdah.port = port
    try:
        howdah.start()
        with wire.Connection("127.0.0.1", port) as client:
            client.login("postgres", "postgres", "")
            assert client.query("select 1").value == "1"
    except wire.ServerError as error:
        assert error.sqlstate in ("28P01", "28000"), "a password is asked for, and not over TCP without TLS"
    finally:
        howdah.stop()
        howdah.remove()


def test_a_port_that_is_taken_is_told_and_ends_the_start(start_howdah):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        howdah = HowdahProcess({"listen": [f"127.0.0.1:{port}"], "databases": {"*": {"backend": "host=127.0.0.1"}}})
        howdah.start(wait=False)
        assert howdah.wait_for_end() != 0
        assert f"127.0.0.1:{port}" in howdah.log() and "in use" in howdah.log()
        howdah.remove()


def test_it_listens_on_v4_v6_and_unix_sockets(start_howdah):
    four, six, plain = (processes.free_port() for _ in range(3))
    howdah = start_howdah(wait=False, listen=[f"127.0.0.1:{four}", f"[::1]:{six}", f":{plain}"])
    wait_until(lambda: processes.accepts(plain), "it listens")
    for host, port in (("127.0.0.1", four), ("::1", six), ("127.0.0.1", plain)):
        socket.create_connection((host, port), timeout=5).close()
    assert howdah.is_running()


def test_a_unix_socket_serves_clients(howdah):
    with wire.Connection(howdah.socket_folder, howdah.port) as client:
        assert client.login("app", "app").query("select current_user").value == "app"
        client.cancel()
