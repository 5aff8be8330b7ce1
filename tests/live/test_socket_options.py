"""What the kernel is told about the sockets of clients and servers, read from howdah's real ones."""

import socket
from socket import IPPROTO_TCP, SO_KEEPALIVE, SO_RCVBUF, SO_SNDBUF, SOL_SOCKET
from socket import TCP_KEEPCNT, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_NODELAY, TCP_USER_TIMEOUT

import pytest

from support import foreign_sockets, wire

pytestmark = pytest.mark.howdah_only

OPTIONS = {
    "nodelay": (IPPROTO_TCP, TCP_NODELAY),
    "keepalive": (SOL_SOCKET, SO_KEEPALIVE),
    "idle": (IPPROTO_TCP, TCP_KEEPIDLE),
    "interval": (IPPROTO_TCP, TCP_KEEPINTVL),
    "count": (IPPROTO_TCP, TCP_KEEPCNT),
    "user_timeout": (IPPROTO_TCP, TCP_USER_TIMEOUT),
    "sent": (SOL_SOCKET, SO_SNDBUF),
    "received": (SOL_SOCKET, SO_RCVBUF),
}


def options_of(one):
    with one:
        return {name: one.getsockopt(*option) for name, option in OPTIONS.items()}


def of_client(howdah, **more):
    """The options of howdah's end of a client's connection over TCP."""
    with wire.connect(howdah, "app", "app", **more) as client:
        own = client.socket.getsockname()
        return options_of(foreign_sockets.with_peer(howdah.pid, lambda peer: peer == own))


def over_tcp(postgres, more=""):
    backend = f"host=127.0.0.1 port={postgres.port} {more}"
    return {"*": {"backend": backend}}


def of_server(howdah, postgres):
    with wire.connect(howdah, "app", "app") as client:
        assert client.query("select 1").value == "1"
        address = (postgres.host, postgres.port)
        return options_of(foreign_sockets.with_peer(howdah.pid, lambda peer: peer == address))


def system(name):
    with open(f"/proc/sys/net/ipv4/tcp_keepalive_{name}", encoding="ascii") as file:
        return int(file.read())


def test_clients_are_answered_at_once_and_asked_for_a_sign_of_life(howdah):
    options = of_client(howdah)
    assert options["nodelay"] and options["keepalive"]
    assert (options["idle"], options["interval"], options["count"]) == (300, 15, 5)
    assert options["user_timeout"] == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_what_the_configuration_says_holds_for_every_client(start_howdah, workers):
    howdah = start_howdah(
        workers=workers,
        client={
            "tcp_nodelay": False,
            "tcp_keepalives_idle": "90500ms",
            "tcp_keepalives_interval": "7s",
            "tcp_keepalives_count": 4,
            "tcp_user_timeout": "45s",
            "tcp_socket_buffer": "32kB",
        },
    )
    for _ in range(2):
        options = of_client(howdah)
        assert not options["nodelay"] and options["keepalive"]
        assert (options["idle"], options["interval"], options["count"]) == (91, 7, 4)
        assert options["user_timeout"] == 45_000
        # The kernel doubles what it is told, for its own book-keeping.
        assert (options["sent"], options["received"]) == (65536, 65536)


def reload(howdah, **client):
    howdah.config["client"] = client
    howdah.write_config()
    with wire.connect(howdah, "postgres", "howdah") as console:
        return [notice.fields["M"] for notice in console.query("reload").of("N")]


def test_a_reload_changes_them_for_those_who_connect(start_howdah):
    howdah = start_howdah()
    before = of_client(howdah)
    with wire.connect(howdah, "app", "app") as there:
        own = there.socket.getsockname()
        notices = reload(howdah, tcp_nodelay=False, tcp_keepalives_idle="91s", tcp_socket_buffer="32kB")
        names = "client.tcp_keepalives_idle, client.tcp_nodelay, client.tcp_socket_buffer"
        assert notices == [f"changed for new connections: {names}"]
        assert options_of(foreign_sockets.with_peer(howdah.pid, lambda peer: peer == own))["idle"] == 300
    options = of_client(howdah)
    assert not options["nodelay"] and (options["idle"], options["sent"], options["received"]) == (91, 65536, 65536)
    reload(howdah, tcp_keepalives_idle=0)
    options = of_client(howdah)
    assert options["nodelay"] and options["idle"] == system("time")
    assert (options["sent"], options["received"]) == (before["sent"], before["received"])


def test_zero_leaves_a_client_to_the_system(start_howdah):
    off = {"tcp_keepalive": False, "tcp_keepalives_idle": 0, "tcp_keepalives_interval": 0, "tcp_keepalives_count": 0}
    options = of_client(start_howdah(client=off))
    assert not options["keepalive"]
    assert (options["idle"], options["interval"], options["count"]) == (system("time"), system("intvl"), system("probes"))


def test_a_client_by_unix_socket_is_served_with_all_of_it(start_howdah):
    howdah = start_howdah(client={"tcp_socket_buffer": "32kB", "tcp_keepalives_idle": "90s"})
    howdah.host = howdah.socket_folder
    with wire.connect(howdah, "app", "app") as client:
        assert client.query("select 1").value == "1"


def test_a_server_is_written_to_at_once_and_asked_for_a_sign_of_life(start_howdah, postgres):
    options = of_server(start_howdah(databases=over_tcp(postgres)), postgres)
    assert options["nodelay"] and options["keepalive"]
    assert (options["idle"], options["interval"], options["count"]) == (60, 10, 6)
    # A backend may read nothing for long, in a COPY that waits for a lock: that must not end it.
    assert options["user_timeout"] == 0


def test_the_connection_string_says_otherwise(start_howdah, postgres):
    said = "keepalives_idle=33 keepalives_interval=4 keepalives_count=2 tcp_user_timeout=20000"
    options = of_server(start_howdah(databases=over_tcp(postgres, said)), postgres)
    assert (options["idle"], options["interval"], options["count"], options["user_timeout"]) == (33, 4, 2, 20_000)
    assert not of_server(start_howdah(databases=over_tcp(postgres, "keepalives=0")), postgres)["keepalive"]


def test_the_buffers_of_servers_are_an_option_of_the_pool(start_howdah, postgres):
    plain = of_server(start_howdah(databases=over_tcp(postgres)), postgres)
    assert plain["sent"] > 65536 and plain["received"] > 65536
    options = of_server(start_howdah(pool={"tcp_socket_buffer": "32kB"}, databases=over_tcp(postgres)), postgres)
    assert (options["sent"], options["received"]) == (65536, 65536)


def test_small_buffers_lose_nothing(start_howdah, postgres):
    howdah = start_howdah(
        pool={"tcp_socket_buffer": "64kB"}, client={"tcp_socket_buffer": "64kB"}, databases=over_tcp(postgres)
    )
    with wire.connect(howdah, "app", "app") as client:
        text = client.query("select string_agg(n::text, ',') from generate_series(1, 200000) n").value
        assert text == ",".join(str(n) for n in range(1, 200001))


def untouched_local():
    with socket.socket(socket.AF_UNIX) as one:
        return one.getsockopt(SOL_SOCKET, SO_SNDBUF)


def test_a_host_that_is_a_folder_is_reached_by_its_unix_socket(start_howdah, postgres):
    howdah = start_howdah(pool={"tcp_socket_buffer": "32kB"})
    with wire.connect(howdah, "app", "app") as client:
        # PostgreSQL names no address for such a client.
        assert client.query("select inet_client_addr() is null and inet_server_port() is null").value == "t"
        path = f"{postgres.socket_folder}/.s.PGSQL.{postgres.port}"
        with foreign_sockets.with_peer(howdah.pid, lambda peer: peer == path) as one:
            assert one.family == socket.AF_UNIX
            # The option is one of TCP connections.
            assert one.getsockopt(SOL_SOCKET, SO_SNDBUF) == untouched_local()
