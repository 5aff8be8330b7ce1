"""The PROXY protocol: load balancers tell where their clients are."""

import ipaddress
import struct

import pytest

from conftest import default_config
from support import console, messages, wire
from support.howdah_process import HowdahProcess
from support.messages import SSL_REQUEST, startup
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only

BALANCER, OTHER = "127.0.0.8", "127.0.0.1"
AUTH = [
    {"from": "10.0.0.0/8", "method": "trust"},
    {"from": "2001:db8::/32", "method": "trust"},
    {"from": "local", "method": "trust"},
    {"from": OTHER, "method": "trust"},
]


def text(address, port=40000):
    family = "TCP6" if ":" in address else "TCP4"
    return f"PROXY {family} {address} {'::1' if ':' in address else '127.0.0.1'} {port} 5432\r\n".encode()


def binary(address, port=40000, command=0x21):
    packed = ipaddress.ip_address(address).packed
    content = packed + packed + struct.pack("!HH", port, 5432)
    return b"\r\n\r\n\0\r\nQUIT\n" + bytes([command, 0x21 if len(packed) == 16 else 0x11]) + struct.pack("!H", len(content)) + content


@pytest.fixture(scope="module")
def proxied(postgres):
    client = {"proxy_protocol": {"from": [f"{BALANCER}/32"]}, "application_name_add_host": True}
    target = HowdahProcess(default_config(postgres) | {"client": client})
    target.config["auth"] = AUTH
    try:
        yield target.start()
        target.stop()
    finally:
        target.remove()


def log_in(howdah, header, source=BALANCER, is_cut=False, **parameters):
    connection = wire.Connection(howdah.host, howdah.port, source=source)
    if is_cut:
        connection.send_in_pieces(header)
    else:
        connection.send(header)
    return connection.login("postgres", "postgres", **parameters)


@pytest.mark.parametrize("is_cut", [False, True], ids=["whole", "byte by byte"])
@pytest.mark.parametrize("header", [text, binary], ids=["version 1", "version 2"])
@pytest.mark.parametrize("address", ["10.1.2.3", "2001:db8::7", "::ffff:10.1.2.3"])
def test_the_address_told_counts_everywhere(proxied, header, address, is_cut):
    shown = "10.1.2.3" if "ffff" in address else address
    with log_in(proxied, header(address), is_cut=is_cut, application_name="shop") as client:
        name = client.query("show application_name").value
        assert name == f"shop - {f'[{shown}]' if ':' in shown else shown}:40000"
        rows = console.show(proxied, "clients")
        assert (shown, "40000") in [(row["addr"], str(row["port"])) for row in rows]
    assert f"{shown}" in proxied.log()


def test_rules_see_the_address_told_and_not_the_balancers(proxied):
    with pytest.raises(wire.ServerError) as caught:
        log_in(proxied, binary("192.0.2.1"))
    assert caught.value.sqlstate == "28000"
    with pytest.raises(wire.ServerError):
        log_in(proxied, binary(OTHER, command=0x20))  # the balancer's own, which no rule lets in


@pytest.mark.parametrize("first", [startup(user="postgres"), SSL_REQUEST, b"GET / HTTP/1.1\r\n\r\n", b"PROXY\r\n", b"PROXY TCP4 1.2.3.4\r\n"])
def test_a_balancer_without_a_header_is_closed_without_a_word(proxied, first):
    with wire.Connection(proxied.host, proxied.port, source=BALANCER) as connection:
        connection.send(first + startup(user="postgres"))
        assert connection.receive() == b""


@pytest.mark.parametrize("header", [text("10.1.2.3"), binary("10.1.2.3")], ids=["version 1", "version 2"])
def test_nobody_else_may_tell_an_address(proxied, header):
    """Else everybody could come from where the rules trust."""
    with wire.Connection(proxied.host, proxied.port, source=OTHER) as connection:
        connection.send(header + startup(user="postgres"))
        assert not [one for one in connection.read_to_end().messages if one.kind == "R"]


def test_a_second_header_is_no_startup_packet(proxied):
    with wire.Connection(proxied.host, proxied.port, source=BALANCER) as connection:
        connection.send(text("192.0.2.1") + text("10.1.2.3") + startup(user="postgres"))
        assert not [one for one in connection.read_to_end().messages if one.kind == "R"]


def test_a_header_may_come_in_one_packet_with_what_follows(proxied):
    with wire.Connection(proxied.host, proxied.port, source=BALANCER) as connection:
        connection.send(binary("10.1.2.3") + startup(user="postgres", database="postgres") + messages.query("select 1"))
        connection.authenticate("postgres", None)
        assert connection.ready().value == "1"


def test_a_long_name_is_cut_not_the_address(proxied):
    with log_in(proxied, text("10.1.2.3"), application_name="n" * 100) as client:
        name = client.query("show application_name").value
        assert len(name) == 63 and name.endswith("n - 10.1.2.3:40000")


def test_log_ins_are_counted_by_the_address_told(start_howdah):
    """The balancer's own is that of many."""
    client = {"proxy_protocol": {"from": [f"{BALANCER}/32"]}, "max_logins_per_address": 1}
    howdah = start_howdah(workers=1, client=client)
    with wire.Connection(howdah.host, howdah.port, source=BALANCER) as waiting:
        waiting.send(text("10.1.2.3"))
        wait_until(lambda: is_turned_away(howdah, "10.1.2.3"), "one of this address is all that may be")
        assert not is_turned_away(howdah, "10.1.2.4")
    wait_until(lambda: not is_turned_away(howdah, "10.1.2.3"), "the place is free again")


def is_turned_away(howdah, address):
    try:
        log_in(howdah, binary(address)).close()
        return False
    except wire.ServerError as error:
        assert (error.fields["S"], error.sqlstate) == ("FATAL", "53300")
        return True
