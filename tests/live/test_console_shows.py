"""SHOWs of the console: the columns of PgBouncer for all that both have, and values that are true."""

import contextlib
import struct

import pytest

from support import messages, wire
from support.certificates import Authority
from support.console import show
from support.messages import query
from support.other_targets import PgbouncerTarget
from support.waiting import wait_until

pytestmark = [pytest.mark.howdah_only, pytest.mark.threads]

# What PgBouncer 1.18 has, but for FDS.
SHOWS = """active_sockets clients config databases dns_hosts dns_zones lists mem pools servers sockets stats stats_averages
stats_totals totals users version""".split()
OWN_COLUMNS = {"clients": ["pin_reason"], "servers": ["pin_reason"]}  # behind those of PgBouncer


@pytest.fixture(scope="module")
def pgbouncer(postgres):
    target = PgbouncerTarget(postgres, {"databases": {"*": {"pool": {}}}}, {"stats_users": "app"})
    try:
        yield target.start()
    finally:
        target.remove()


def described_columns(console, what):
    """Name, type and size of each column."""
    body = console.query(f"show {what}").of("T")[0].body
    found, at = [], 2
    for _ in range(struct.unpack_from("!H", body)[0]):
        end = body.index(b"\0", at)
        found.append((body[at:end].decode(), *struct.unpack_from("!ih", body, end + 7)))
        at = end + 19
    return found


@pytest.mark.parametrize("what", SHOWS)
def test_columns_are_those_of_pgbouncer(shared_howdah, pgbouncer, what):
    with wire.connect(shared_howdah, "postgres", "howdah") as ours, wire.connect(pgbouncer, "postgres", "pgbouncer") as theirs:
        columns, expected = described_columns(ours, what), described_columns(theirs, what)
        assert columns[: len(expected)] == expected
        assert [name for name, *_ in columns[len(expected) :]] == OWN_COLUMNS.get(what, [])


@pytest.mark.parametrize("what", ["lists", "totals"])
def test_names_in_rows_are_those_of_pgbouncer(shared_howdah, pgbouncer, what):
    with wire.connect(shared_howdah, "postgres", "howdah") as ours, wire.connect(pgbouncer, "postgres", "pgbouncer") as theirs:
        names = [[row[0] for row in console.query(f"show {what}").rows] for console in (ours, theirs)]
        assert names[0] == names[1]


def test_every_show_that_pgbouncer_knows_is_known(shared_howdah, pgbouncer):
    """Its own help tells which there are."""
    with wire.connect(pgbouncer, "postgres", "pgbouncer") as theirs, wire.connect(shared_howdah, "postgres", "howdah") as ours:
        usage = theirs.query("show help").of("N")[0].fields["D"]
        words = usage.replace("|", " ").split()
        names = {word.lower() for word in words[words.index("SHOW") :]} & {*SHOWS, "fds", "help"}
        assert names >= {"clients", "fds", "sockets", "mem"}
        for name in names - {"fds"}:
            assert ours.query(f"show {name}").tags == ["SHOW"], name


def test_help_tells_all_that_there_is(shared_howdah):
    with wire.connect(shared_howdah, "postgres", "howdah") as console:
        usage = console.query("show help").of("N")[0].fields["D"]
        for words in ("SHOW SOCKETS", "SHOW ADVICE", "PAUSE [database]", "KILL_CLIENT ptr", "SET option = value", "WAIT_FOR_CLIENTS"):
            assert words in usage, words


def test_fds_is_refused_with_a_reason(shared_howdah):
    with wire.connect(shared_howdah, "postgres", "howdah") as console:
        result = console.query("show fds")
        assert result.sqlstate == "0A000" and "SHOW SOCKETS" in result.error["H"]


@pytest.mark.parametrize("what", ["peers", "peer_pools", "dns_hosts", "dns_zones"])
def test_what_howdah_has_none_of_is_empty(shared_howdah, what):
    assert show(shared_howdah, what) == []


def test_addresses_tls_and_names_are_told(start_howdah, tmp_path):
    authority = Authority(tmp_path)
    certificate, key = authority.issue("localhost")
    howdah = start_howdah(client={"tls": {"mode": "allow", "certificate": certificate, "key": key}})
    with (
        wire.connect(howdah, "app", "app", tls="requested", application_name="over TLS") as safe,
        wire.connect(howdah, "app", "app", application_name="plain") as plain,
    ):
        safe.query("begin; select 1")
        plain.query("begin; select 1")
        clients = {row["application_name"]: row for row in show(howdah, "clients")}
        assert clients["over TLS"]["tls"].startswith("TLSv1.3/TLS_")
        assert clients["plain"]["tls"] == ""
        for row in (clients["over TLS"], clients["plain"]):
            assert (row["local_addr"], row["local_port"]) == ("127.0.0.1", str(howdah.port))
        servers = {row["application_name"]: row for row in show(howdah, "servers")}
        for name, row in clients.items():
            if row["link"]:
                assert servers[name]["link"] == row["ptr"] and servers[name]["addr"] == "unix"


def test_sockets_are_active_while_the_other_end_does_not_read(start_howdah):
    howdah = start_howdah()
    with contextlib.closing(wire.Connection(howdah.host, howdah.port, receive_buffer=4096)) as client:
        client.login("app", "app")
        assert {row["type"] for row in show(howdah, "sockets")} == {"C", "S"}
        assert show(howdah, "active_sockets") == []
        client.send(query("select repeat('x', 1000000) from generate_series(1, 100)"))
        active = wait_until(lambda: [row for row in show(howdah, "active_sockets") if row["type"] == "C"], "it is stuck")
        assert (active[0]["state"], int(active[0]["send_avail"]) > 0) == ("cl_active", True)


def test_memory_is_what_it_is(start_howdah):
    howdah = start_howdah()
    with contextlib.ExitStack() as ends:
        for _ in range(10):
            ends.enter_context(wire.connect(howdah, "app", "app"))
        rows = {row["name"]: row for row in show(howdah, "mem")}
        assert rows["client"]["used"] == "11"  # the console is one, too
        resident = int(rows["resident_page"]["memtotal"]) / 1024
        assert 0.8 * howdah.rss_kb() < resident  # that of files is in there, too


def test_averages_are_those_of_the_last_period(start_howdah):
    howdah = start_howdah(admin={"stats_period": "400ms"})
    with wire.connect(howdah, "app", "app") as client:

        def average():
            return next(int(row["avg_xact_count"]) for row in show(howdah, "stats") if row["database"] == "app")

        def busy_average():
            for _ in range(50):
                client.query("select 1")
            return average()

        wait_until(lambda: busy_average() > 100, "a period with work in it")
        assert wait_until(lambda: average() == 0, "one without") is True
        averages = next(row for row in show(howdah, "stats_averages") if row["database"] == "app")
        assert set(averages.values()) == {"app", "0"}
        assert dict(zip(*[iter(sum(([row["name"], row["value"]] for row in show(howdah, "totals")), []))] * 2))["avg_query_count"] == "0"


def test_prepared_statements_of_a_pool_are_counted(start_howdah):
    howdah = start_howdah()
    with wire.connect(howdah, "app", "app") as client:
        client.execute("select 1")
        client.run(messages.parse("s", "select 2") + messages.bind("", "s") + messages.execute() + messages.SYNC)
        row = next(row for row in show(howdah, "prepared") if row["database"] == "app")
        assert (row["statements"], row["on_servers"], row["servers"], row["most_per_server"]) == ("1", "1", "1", "500")


@pytest.fixture
def watched(start_howdah):
    return start_howdah(admin={"stats_users": ["app"]})


def test_who_may_only_look_is_told_so(watched):
    orders = """pause resume disable+app enable+app kill kill_client+1 reconnect wait_close reload shutdown suspend
    set+log.level=debug""".split()
    with wire.connect(watched, "app", "howdah") as console:
        for order in orders:
            result = console.query(order.replace("+", " "))
            assert (result.sqlstate, result.error["M"]) == ("42501", "admin access needed"), order
        for what in SHOWS + ["waiting", "pins", "state", "times"]:
            assert console.query(f"show {what}").sqlstate is None, what
    with wire.connect(watched, "app", "app") as client:
        assert client.query("select 1").value == "1"  # nothing of all that was done


def test_the_message_is_that_of_pgbouncer(pgbouncer):
    with wire.connect(pgbouncer, "app", "pgbouncer") as console:
        assert console.query("pause").error["M"] == "admin access needed"


def test_nobody_else_is_let_in(watched):
    with pytest.raises(wire.ServerError) as caught:
        wire.connect(watched, "plain_user", "howdah", "plain password")
    assert caught.value.sqlstate == "42501"
