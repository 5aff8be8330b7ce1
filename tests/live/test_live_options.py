"""SET and RELOAD: what changes while howdah runs, all or nothing, and what needs a restart."""

import contextlib
import signal

import pytest
import yaml

from support import wire
from support.console import show
from support.messages import query
from support.private_file import write_private
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]


def app(howdah, **more):
    return wire.connect(howdah, "app", "app", **more)


def order(howdah, sql):
    with wire.connect(howdah, "postgres", "howdah") as console:
        return console.query(sql)


def option(howdah, key):
    return next(row["value"] for row in show(howdah, "config") if row["key"] == key)


def change_file(howdah, path, value):
    *sections, key = path
    place = howdah.config
    for section in sections:
        place = place.setdefault(section, {})
    place[key] = value
    howdah.write_config()


def test_a_time_limit_holds_for_clients_that_are_there(start_howdah):
    howdah = start_howdah(workers=2)
    with app(howdah) as client:
        client.query("select 1")
        assert order(howdah, "set databases.*.pool.query_timeout = 100ms").tags == ["SET"]
        assert option(howdah, "databases.*.pool.query_timeout") == "100ms"
        assert client.query("select pg_sleep(20)").sqlstate == "57014"


def test_a_pool_grows_and_shrinks(start_howdah, postgres):
    howdah = start_howdah(workers=2, pool={"max_size": 1})
    with contextlib.ExitStack() as ends:
        clients = [ends.enter_context(app(howdah)) for _ in range(3)]
        clients[0].query("begin; select 1")
        for client in clients[1:]:
            client.send(query("begin; select 1"))
        wait_until(lambda: int(show(howdah, "pools")[0]["cl_waiting"]) == 2, "two wait")
        assert order(howdah, "set databases.*.pool.max_size = 3").tags == ["SET"]
        for client in clients[1:]:
            client.ready()
        assert postgres.connections("app") == 3
        assert order(howdah, "set databases.*.pool.max_size = 1").tags == ["SET"]
        for client in clients:
            client.query("commit")
        wait_until(lambda: postgres.connections("app") == 1, "those beyond are closed")
        assert [client.query("select 1").value for client in clients] == ["1"] * 3
        assert order(howdah, "set databases.*.pool.min_size = 1").tags == ["SET"]


def test_limits_of_clients_hold_for_those_who_come(start_howdah):
    howdah = start_howdah()
    with app(howdah):
        assert order(howdah, "set client.max_connections = 1").tags == ["SET"]
        with pytest.raises(wire.ServerError) as caught:
            app(howdah)
        assert caught.value.sqlstate == "53300"
        assert order(howdah, "set client.max_connections = 2").tags == ["SET"]
        app(howdah).close()


def test_the_level_of_the_log_changes(start_howdah):
    howdah = start_howdah(log={"level": "warning"})
    app(howdah).close()
    assert order(howdah, "set log.level = info").tags == ["SET"]
    app(howdah).close()
    wait_until(lambda: howdah.log().count("client connected") == 1, "the second one is told of")


def test_administrators_come_and_go(start_howdah):
    howdah = start_howdah()
    with pytest.raises(wire.ServerError):
        wire.connect(howdah, "app", "howdah")
    change_file(howdah, ("admin", "users"), ["postgres", "app"])
    assert order(howdah, "reload").tags == ["RELOAD"]
    with wire.connect(howdah, "app", "howdah") as console:
        assert console.query("pause; resume").tags == ["PAUSE", "RESUME"]


@pytest.mark.parametrize(
    "sql,state,words",
    [
        ("set workers = 2", "22023", "needs a restart"),
        ("set databases.*.backend = 'host=x'", "22023", "cannot be set"),
        ("set databases.*.pool.max_sice = 2", "22023", "perhaps databases.*.pool.max_size"),
        ("set client.idle_timeout = soon", "22023", "expected"),
        ("set databases.*.pool.min_size = 5", "22023", "min_size"),
        ("set nonsense = 1", "22023", "there is no option"),
    ],
)
def test_what_cannot_be_set_is_told(shared_howdah, sql, state, words):
    result = order(shared_howdah, sql)
    assert result.sqlstate == state and words in result.error["M"], result.error


@pytest.mark.parametrize("how", ["RELOAD", "SIGHUP"])
def test_a_reload_takes_what_it_can_and_names_the_rest(start_howdah, how):
    howdah = start_howdah()
    change_file(howdah, ("client", "max_connections"), 77)
    change_file(howdah, ("workers",), 3)
    change_file(howdah, ("databases", "new"), {"backend": "host=nowhere"})
    if how == "RELOAD":
        result = order(howdah, "reload")
        assert [notice.fields["M"] for notice in result.of("N")] == [
            "added: databases.new",
            "changed: client.max_connections",
            "changes only with a restart: workers",
        ]
    else:
        howdah.signal(signal.SIGHUP)
    line = 'configuration reloaded added=databases.new removed="" changed=client.max_connections for_new_connections="" need_restart=workers'
    wait_until(lambda: line in howdah.log(), "the log tells of it")
    assert option(howdah, "client.max_connections") == "77"


def test_a_configuration_with_a_mistake_changes_nothing(start_howdah):
    howdah = start_howdah()
    before = show(howdah, "config")
    change_file(howdah, ("client", "max_connections"), 77)
    change_file(howdah, ("log", "level"), "loud")
    result = order(howdah, "reload")
    assert result.sqlstate == "22023" and "log.level" in result.error["D"]
    assert show(howdah, "config") == before
    write_private(howdah.config_path, "databases: [")
    assert order(howdah, "reload").sqlstate == "22023"
    assert show(howdah, "config") == before
    with open(howdah.config_path, "w", encoding="utf-8") as file:
        yaml.safe_dump(howdah.config, file)


def test_a_reload_ends_what_was_set(start_howdah):
    howdah = start_howdah(client={"max_connections": 50})
    order(howdah, "set client.max_connections = 60")
    assert option(howdah, "client.max_connections") == "60"
    order(howdah, "reload")
    assert option(howdah, "client.max_connections") == "50"


def is_let_in(howdah):
    try:
        app(howdah).close()
        return True
    except wire.ServerError as error:
        assert error.sqlstate == "28000", error
        return False


def test_rules_change_for_those_who_come(start_howdah):
    howdah = start_howdah(workers=2)
    with app(howdah) as client:
        rules = [{"from": "any", "users": ["app"], "method": "reject"}, {"from": "any", "method": "trust"}]
        change_file(howdah, ("auth",), rules)
        assert [notice.fields["M"] for notice in order(howdah, "reload").of("N")] == ["changed: auth"]
        wait_until(lambda: not is_let_in(howdah), "it is refused")
        assert client.query("select 1").value == "1"
        change_file(howdah, ("auth",), rules[1:])
        order(howdah, "reload")
        wait_until(lambda: is_let_in(howdah), "it is let in again")


def test_a_file_of_rules_is_read_again(start_howdah, tmp_path):
    file = tmp_path / "hba"
    file.write_text("host all all all trust\nlocal all all trust\n")
    howdah = start_howdah(auth=[], hba_file=str(file))
    assert is_let_in(howdah)
    file.write_text("host all app all reject\nhost all all all trust\n")
    order(howdah, "reload")
    wait_until(lambda: not is_let_in(howdah), "it is refused")
    file.write_text("host all app nonsense\n")
    assert order(howdah, "reload").sqlstate == "22023"
    assert not is_let_in(howdah)
