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
        ("set listen = ':1'", "22023", "cannot be set"),
        ("set databases.*.pool.state.listen = pin", "22023", "cannot be set"),
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


def test_lines_of_the_log_become_objects_and_back(start_howdah):
    howdah = start_howdah()
    assert order(howdah, "set log.format = json").tags == ["SET"]
    app(howdah).close()
    wait_until(lambda: '"event":"client disconnected"' in howdah.log(), "a line is an object")
    assert order(howdah, "reload").tags == ["RELOAD"]
    app(howdah).close()
    wait_until(lambda: "info client disconnected" in howdah.log(), "it is text again")


def test_a_policy_holds_for_those_who_log_in(start_howdah):
    howdah = start_howdah(workers=2, pool={"max_size": 2})
    with contextlib.ExitStack() as ends:
        before = [ends.enter_context(app(howdah)) for _ in range(3)]
        change_file(howdah, ("databases", "*", "pool", "state"), {"settings": "reject", "max_pinned": 1})
        result = order(howdah, "reload")
        assert [notice.fields["M"] for notice in result.of("N")] == [
            "changed: databases.*.pool.state.max_pinned",
            "changed for new connections: databases.*.pool.state.settings",
        ]

        def is_refused():
            with app(howdah) as client:
                return client.query("set app.tenant = '1'").sqlstate == "0A000"

        wait_until(lambda: all(is_refused() for _ in range(4)), "new ones are refused, on each worker")
        for client in before:
            assert client.query("set app.tenant = '42'").error is None
            assert client.query("select current_setting('app.tenant')").value == "42"
        before[0].query("create temp table t (a int)")
        wait_until(lambda: len(show(howdah, "pins")) == 1, "one may keep its server")
        assert before[1].query("create temp table t (a int)").tags == ["CREATE TABLE"]
        assert before[1].read().fields["C"] == "53400"
        change_file(howdah, ("databases", "*", "pool", "state"), {})
        order(howdah, "reload")
        wait_until(lambda: not any(is_refused() for _ in range(4)), "new ones are served")


# --- a file that is watched


@pytest.fixture
def watched(start_howdah, tmp_path):
    """Looks at its files all the time; its users stand in a file of their own."""
    users = tmp_path / "users"
    write_private(str(users), '"ann" "one"\n')
    howdah = start_howdah(reload_interval="20ms", user_list=str(users))
    howdah.users = str(users)
    return howdah


def refusals(howdah):
    return howdah.log().count("configuration not reloaded")


def test_a_file_that_changes_is_read_again_by_itself(watched):
    change_file(watched, ("client", "max_connections"), 77)
    wait_until(lambda: option(watched, "client.max_connections") == "77", "it is taken")
    assert f"configuration file changed file={watched.config_path}" in watched.log()
    write_private(watched.users, '"ann" "one"\n"bob" "two"\n')
    wait_until(lambda: "added=users.bob" in watched.log(), "a file that it names is taken, too")
    change_file(watched, ("reload_interval",), "0s")
    wait_until(lambda: option(watched, "reload_interval") == "0", "nothing is looked at any more")


def test_a_file_with_a_mistake_is_told_once_and_read_again_when_it_has_changed(watched):
    write_private(watched.config_path, "databases: [")
    wait_until(lambda: refusals(watched) == 1, "half a file is refused")
    write_private(watched.config_path, "databases: [half")
    wait_until(lambda: refusals(watched) == 2, "it is read again")
    change_file(watched, ("client", "max_connections"), 77)
    wait_until(lambda: option(watched, "client.max_connections") == "77", "a whole one is taken")
    assert refusals(watched) == 2
    write_private(watched.users, '"ann" "one"\n"bob')
    wait_until(lambda: refusals(watched) == 3, "half a file of users is refused")
    write_private(watched.users, '"ann" "one"\n"bob" "two"\n')
    wait_until(lambda: "added=users.bob" in watched.log(), "a whole one is taken")
    assert refusals(watched) == 3


def test_a_reload_that_was_asked_for_is_not_done_again_by_the_watch(watched):
    for number in range(50):
        change_file(watched, ("client", "max_connections"), 100 + number)
        assert order(watched, "reload").tags == ["RELOAD"]
        assert option(watched, "client.max_connections") == str(100 + number)
    log = watched.log()
    assert log.count("configuration reloaded") == 50 + log.count("configuration file changed")
