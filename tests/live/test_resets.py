"""RESET and DISCARD ALL go back to what the client asked for at its start: the messages are those of a connection of its own,
and whatever stands behind such a command meets the settings that it should."""

import pytest

from support import wire
from support.messages import SYNC, bind, describe_portal, execute, extended, parse, query

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

APP = {"user": "app", "database": "app"}
STARTUP = {
    "application_name": "start", "TimeZone": "Asia/Tokyo", "DateStyle": "German",
    "options": "-c work_mem=7MB -c search_path=a,\\ \"B\\ b\" -c app.tenant=start -c statement_timeout=1h",
}
SEEN = ("select current_setting('timezone'), current_setting('datestyle'), current_setting('work_mem'), current_setting('search_path'),"
        " current_setting('app.tenant'), current_setting('application_name'), current_setting('extra_float_digits')")
CHANGED = query("set timezone = 'Europe/Berlin'; set datestyle = iso; set work_mem = '9MB'; set extra_float_digits = 2")


def many(*texts):
    """Sent in one write."""
    return b"".join(map(query, texts))


# Messages that are sent together, and how many ReadyForQuery they owe.
STORIES = {
    "reset": [(many("reset timezone"), 1)],
    "reset of what had no value at the start": [(many("reset extra_float_digits"), 1)],
    "set to default": [(many("set datestyle to default"), 1)],
    "time zone local": [(many("set time zone local"), 1)],
    "all": [(many("reset all"), 1)],
    "all behind others": [(many("select pg_advisory_unlock_all(); close all; unlisten *; reset all"), 1)],
    "discard all": [(many("discard all"), 1)],
    "discard all in front of a request": [(query("discard all") + extended(SEEN) + SYNC, 2)],
    "a pipeline": [(many("reset timezone", SEEN, "set timezone = utc", "reset all", SEEN, "discard all", "show work_mem"), 7)],
    "a batch": [(extended("reset timezone") + SYNC + extended(SEEN) + SYNC, 2)],
    "a batch of several": [(extended("set work_mem = '8MB'") + extended("reset work_mem") + extended("set timezone = utc") + SYNC, 1)],
    "discard all in a batch": [(extended("discard all") + SYNC + extended(SEEN) + SYNC, 2)],
    "prepared": [(parse("r", "reset all") + SYNC, 1), (bind("", "r") + describe_portal("") + execute() + SYNC + query(SEEN), 2)] * 2,
    "parsed only": [(parse("x", "reset all") + SYNC + query(SEEN), 2)],
    "a transaction": [(many("begin", "reset work_mem", SEEN, "reset timezone", SEEN, "commit", SEEN), 7)],
    "a transaction that is rolled back": [(many("begin", "reset all", SEEN, "rollback", SEEN), 5)],
    "one that fails": [(many("begin", "reset all", "select 1/0", "reset all", "rollback", SEEN), 6)],
    "a savepoint": [(many("begin", "savepoint a", "reset all", SEEN, "rollback to a", SEEN, "reset work_mem", "release a", SEEN, "commit", SEEN), 11)],
    "an isolation level": [(many("begin", "reset search_path", "set transaction isolation level serializable",
                                 "show transaction_isolation", "show search_path", "commit"), 6)],
    "local": [(many("begin", "set local timezone to default", SEEN, "commit", SEEN), 5)],
    "local at first": [(many("begin", "set local timezone = utc", "reset timezone", SEEN, "commit", SEEN), 6)],
    "set again": [(many("begin", "reset timezone", "set timezone = utc", SEEN, "commit", SEEN), 6)],
    "a refused one": [(many("reset no_such_setting", SEEN), 2)],
    "several statements": [(many("select 1; reset timezone", SEEN, "reset all; select 1/0", SEEN), 4)],
    "a block": [(many("do $$ begin reset timezone; end $$", SEEN), 2)],
    "set_config": [(many("select length(set_config('timezone', null, false)) > 0", SEEN), 2)],
    "a batch in a transaction": [(query("begin") + extended("reset timezone") + SYNC + extended(SEEN) + SYNC + query("rollback") + query(SEEN), 5)],
}


def transcript(result):
    """Parameters have no order of their own."""
    lines, parameters = [], []
    for one in result.messages:
        if one.kind == "S":
            parameters.append(one.body)
            continue
        lines += sorted(parameters)
        parameters = []
        lines.append(one.fields["C"] if one.kind == "E" else one.kind if one.kind == "T" else (one.kind, one.body))
    return lines


def play(story, address, **more):
    with wire.connect(address, **APP, **STARTUP) as client:
        found = [transcript(client.run(CHANGED))]
        for content, ready_count in [*story, (query(SEEN), 1)]:
            client.send(content)
            found += [transcript(client.ready()) for _ in range(ready_count)]
        return found, client.parameters


@pytest.mark.parametrize("mode", ["transaction", "session"])
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_the_client_hears_what_it_would_hear_from_a_server_of_its_own(direct, start_howdah, story, mode):
    howdah = start_howdah(pool={"max_size": 1, "mode": mode})
    with wire.connect(howdah, TimeZone="America/New_York", work_mem="33MB", **APP) as other:
        other.query("set datestyle = 'SQL'")
    expected, parameters = play(story, direct)
    found, seen = play(story, howdah)
    assert found == expected
    assert seen == parameters
