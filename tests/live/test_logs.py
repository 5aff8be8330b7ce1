"""The log: one line per event on standard error, nothing secret, no forged lines."""

import json

import pytest

from support import messages, scram, wire
from support.messages import SYNC, extended, query
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only

SECRETS = ("sesame-open", "secret-statement", "secret-parameter", "secret-row", "wrong-guess")


def converse(howdah):
    """Everything that holds a secret, failures included."""
    with wire.connect(howdah, "app", "app", "sesame-open") as client:
        client.query("select 'secret-statement'")
        client.query("selekt 'secret-statement'")
        client.run(extended("select $1::int", ["secret-parameter"]) + SYNC)
        client.query("begin")
        client.query("copy (select 'secret-row') to stdout")
    for password in ("wrong-guess", ""):
        with pytest.raises(wire.ServerError):
            wire.connect(howdah, "app", "app", password)
    with wire.Connection(howdah.host, howdah.port) as client:
        client.send(messages.startup(user="app", database="app"))
        client.read()
        client.send(messages.password("wrong-guess\0sesame-open"))
        client.is_closed()


@pytest.mark.parametrize("method", ["password", "md5", "scram-sha-256"])
@pytest.mark.parametrize("level", ["info", "debug"])
def test_no_secret_is_logged(start_howdah, method, level):
    howdah = start_howdah(
        auth=[{"from": "0.0.0.0/0", "method": method}],
        users={"app": {"password": "sesame-open"}},
        log={"level": level},
    )
    converse(howdah)
    wait_until(lambda: "28P01" in howdah.log() or howdah.log().count("app") > 2, "the log tells of the failures")
    text = howdah.log()
    found = [secret for secret in SECRETS if secret in text]
    assert found == []
    assert scram.md5_secret("app", "sesame-open")[3:] not in text


def test_a_login_and_a_disconnect_are_one_line_each(start_howdah):
    howdah = start_howdah()
    wait_until(lambda: "info ready" in howdah.log(), "it has told of its start")
    before = howdah.log().count("\n")
    wire.connect(howdah, "app", "app").close()
    wait_until(lambda: howdah.log().count("user=app") >= 2, "both lines are there")
    assert howdah.log().count("\n") - before <= 4
    assert "database=app" in howdah.log()


def test_connections_can_be_left_out(start_howdah):
    howdah = start_howdah(log={"connections": False})
    wire.connect(howdah, "app", "app").close()
    with wire.connect(howdah, "app", "app") as client:
        client.query("select 1")
    assert "user=app" not in "".join(line for line in howdah.log().splitlines() if "client" in line)


def test_json_lines_are_json(start_howdah):
    howdah = start_howdah(log={"format": "json", "level": "debug"})
    with wire.connect(howdah, "app", "app") as client:
        client.query("select 1")
    lines = [json.loads(line) for line in howdah.log().splitlines()]
    assert len(lines) > 1 and all(isinstance(line, dict) for line in lines)


def test_names_cannot_forge_a_line(start_howdah):
    howdah = start_howdah(auth=[{"from": "0.0.0.0/0", "method": "password"}])
    for user in ("x\nerror forged=1", "x\r\nforged", 'x" forged="1', "x\x1b[31mforged"):
        with pytest.raises(wire.ServerError):
            wire.connect(howdah, user, "app", "wrong")
    wait_until(lambda: "forged" in howdah.log(), "the log tells of the failures")
    assert not any(line.lstrip().startswith(("error forged", "forged")) for line in howdah.log().splitlines())
    assert "\x1b" not in howdah.log() and 'x" forged="1' not in howdah.log()


def test_a_violation_of_a_client_is_not_our_error(start_howdah):
    howdah = start_howdah()
    for content in (b"GET / HTTP/1.1\r\n\r\n", messages.startup(user="app") + query("")[:3] + b"\xff" * 50):
        with wire.Connection(howdah.host, howdah.port) as client:
            client.send(content)
            client.finish_sending()
            client.is_closed()
    assert not any(" error " in line.lower() for line in howdah.log().splitlines())
