"""tests/protocol/recorded_replies.txt, which the unit tests believe, is what this PostgreSQL answers."""

import pytest

from support import messages, reply_scripts
from support.wire import ConnectionClosed, connect



@pytest.fixture(scope="module")
def server(postgres):
    reply_scripts.prepare(postgres)
    return postgres


def answers(server, script):
    """All is sent at once; a flush makes the server send what it has."""
    expected = "".join(replies for _, replies in script)
    with connect(server) as client:
        client.send(b"".join(reply_scripts.content(step) for step, _ in script) + messages.FLUSH)
        try:
            return expected, "".join(client.read().kind for _ in expected)
        except ConnectionClosed:
            return expected, "closed"


def test_postgresql_still_answers_as_recorded(server):
    wrong = []
    for line, script in reply_scripts.load():
        expected, found = answers(server, script)
        if expected != found:
            wrong.append((line, expected, found))
    assert wrong == []
