"""What a client asks for at its start reaches the server that works for it, in every spelling."""

import pytest

from support import wire
from support.watch import run_in_threads

pytestmark = pytest.mark.beyond_pgbouncer

SPELLINGS = {
    "-c name=value": "-c work_mem=2MB",
    "-cname=value": "-cwork_mem=2MB",
    "--name=value": "--work_mem=2MB",
    "--name-with-dashes": "--work-mem=2MB",
    "twice, the last counts": "-c work_mem=1MB -c work_mem=2MB",
    "many spaces": "   -c   work_mem=2MB   ",
    "tabs and line ends": "\t-c\nwork_mem=2MB\t",
    "behind another": "-c geqo=off --work_mem=2MB",
    "escaped": "-c work_\\mem=2MB",
    "the letter of a setting": "-S 2048",
}


@pytest.mark.parametrize("options", SPELLINGS.values(), ids=SPELLINGS)
def test_options_reach_the_server_in_every_spelling(direct, shared_howdah, options):
    for address in (direct, shared_howdah):
        with wire.connect(address, options=options) as client:
            assert client.query("show work_mem").value == "2MB"
            assert client.query("show work_mem").value == "2MB"


VALUES = {
    "a space": ("-c application_name=one\\ two", "application_name", "one two"),
    "a backslash": ("-c application_name=one\\\\two", "application_name", "one\\two"),
    "a quote": ("-c application_name=it's", "application_name", "it's"),
    "a list": ("-c search_path=one,two", "search_path", "one,two"),
    "a list with quotes": ('-c search_path="One","$user"', "search_path", '"One","$user"'),
    "empty": ("-c application_name=", "application_name", ""),
    "a made-up name": ("-c my.setting=x", "my.setting", "x"),
}


@pytest.mark.parametrize("options, name, value", VALUES.values(), ids=VALUES)
def test_values_in_options_arrive_unchanged(direct, shared_howdah, options, name, value):
    for address in (direct, shared_howdah):
        with wire.connect(address, options=options) as client:
            assert client.query(f"show {name}").value == value


PARAMETERS = {
    "application_name": "it's \"quoted\"",
    "extra_float_digits": "-5",
    "DateStyle": "German",
    "TimeZone": "Europe/Berlin",
    "client_encoding": "LATIN1",
    "statement_timeout": "54321",
    "search_path": 'one, "Two"',
    "default_transaction_isolation": "serializable",
    "geqo": "off",
    "IntervalStyle": "iso_8601",
    "bytea_output": "escape",
    "lock_timeout": "5s",
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_startup_parameter_reaches_the_server(direct, shared_howdah, name):
    shown = []
    for address in (direct, shared_howdah):
        with wire.connect(address, **{name: PARAMETERS[name]}) as client:
            shown.append((client.query(f"show {name}").value, client.parameters.get(name)))
    assert shown[0] == shown[1]


def test_a_parameter_counts_more_than_options(direct, shared_howdah):
    shown = []
    for address in (direct, shared_howdah):
        with wire.connect(address, options="-c work_mem=1MB", work_mem="3MB") as client:
            shown.append(client.query("show work_mem").value)
    assert shown[0] == shown[1]


def test_each_client_keeps_its_own_parameters_on_shared_servers(start_howdah):
    howdah = start_howdah(pool={"max_size": 2})

    def work(number):
        name, memory = f"client {number}", f"{number + 1}MB"
        with wire.connect(howdah, "app", "app", application_name=name, options=f"-c work_mem={memory}") as client:
            assert client.parameters["application_name"] == name
            for _ in range(30):
                result = client.query("show application_name; show work_mem")
                assert [row[0] for row in result.rows] == [name, memory]
                assert client.execute("show work_mem").value == memory

    run_in_threads(20, work)


def test_parameters_of_one_client_are_no_others(start_howdah):
    howdah = start_howdah(pool={"max_size": 1})
    with wire.connect(howdah, "app", "app", work_mem="9MB", DateStyle="German") as special:
        with wire.connect(howdah, "app", "app") as plain:
            for _ in range(3):
                assert special.query("select current_setting('work_mem'), current_date::text ~ '[.]'").rows == [("9MB", "t")]
                assert plain.query("select current_setting('work_mem'), current_date::text ~ '[.]'").rows == [("4MB", "f")]


@pytest.mark.parametrize("reset", ["reset all", "reset work_mem", "begin; reset all; rollback", "select 1; reset work_mem"])
def test_a_reset_goes_back_to_what_the_client_asked_for_and_keeps_no_server(direct, start_howdah, reset):
    for address in (direct, start_howdah(pool={"max_size": 1, "acquire_timeout": "2s"})):
        with wire.connect(address, options="-c work_mem=2MB") as client, wire.connect(address) as other:
            plain = other.query("show work_mem").value
            for resetting in (client, other):
                assert resetting.query(reset).error is None
                assert client.query("show work_mem").value == "2MB"
                assert other.query("show work_mem").value == plain


def test_a_reset_of_one_setting_leaves_the_others_that_were_set(direct, start_howdah):
    for address in (direct, start_howdah(pool={"max_size": 1})):
        with wire.connect(address, options="-c work_mem=2MB") as client:
            for sql in ("set work_mem = '3MB'", "set application_name = 'x'", "reset application_name"):
                assert client.query(sql).error is None
            assert client.query("show work_mem").value == "3MB"


def test_a_refused_parameter_does_not_poison_the_pool(start_howdah):
    howdah = start_howdah(pool={"max_size": 1})
    with wire.connect(howdah, "app", "app") as good:
        server = good.query("select pg_backend_pid()").value
        for parameters in ({"datestyle": "bogus"}, {"no_such": "1"}, {"options": "-c work_mem=lots"}):
            with pytest.raises(wire.ServerError) as caught:
                wire.connect(howdah, "app", "app", **parameters)
            assert caught.value.sqlstate in ("22023", "42704")
            assert good.query("select 'alive'").value == "alive"
        assert good.query("show work_mem").value == "4MB"
        assert server


def test_the_greeting_tells_every_parameter_that_postgres_tells(direct, shared_howdah):
    with wire.connect(direct) as expected, wire.connect(shared_howdah) as found:
        assert found.parameters == expected.parameters


def test_a_notice_at_login_or_in_a_query_reaches_its_client(shared_howdah):
    with wire.connect(shared_howdah) as client:
        result = client.query("do $$ begin raise notice 'hear me'; end $$")
        assert [notice["M"] for notice in result.notices] == ["hear me"]
        assert client.query("select 1").notices == []
