"""The method ldap: a directory judges who gets in. Beside PostgreSQL, which asks the same directory."""

import os
import socket

import pytest

from support import messages, wire
from support.ldap_server import BASE, PEOPLE, READER, READER_PASSWORD, LdapServer, person
from support.side_by_side import SideBySide, outcome

pytestmark = pytest.mark.howdah_only

SIMPLE, SEARCH, FILTER, ONE_LEVEL, BASE_ONLY, START_TLS, LDAPS, SECOND, WRONG_READER, AWAY, ANONYMOUS = (
    f"127.0.0.{n}" for n in range(10, 21)
)
SILENT, SILENT_TLS, SILENT_START_TLS = (f"127.0.0.{n}" for n in range(31, 34))
DISTRUSTED = "127.0.0.30"  # asks an address that the server's certificate does not have
FAILED = 'FATAL 28000 LDAP authentication failed for user "{}"'
FILTERS = "(|(uid=$username)(mail=$username))"


def rules(ldap):
    """For PostgreSQL and for howdah, by source address."""
    # PostgreSQL forgets the scope of an ldapurl at the next option.
    port = f"ldapport={ldap.port}"
    simple = f'ldapprefix="uid=" ldapsuffix=",{PEOPLE}"'
    reader = f'ldapbinddn="{READER}" ldapbindpasswd="{READER_PASSWORD}"'
    my_simple = {"prefix": "uid=", "suffix": f",{PEOPLE}"}
    my_search = {"base_dn": PEOPLE, "bind_dn": READER, "bind_password": READER_PASSWORD}
    both = {
        SIMPLE: (f"ldapserver=127.0.0.1 {port} {simple}", my_simple),
        SEARCH: (f'ldapserver=127.0.0.1 {port} {reader} ldapbasedn="{PEOPLE}"', my_search),
        FILTER: (
            f'ldapserver=127.0.0.1 {port} {reader} ldapbasedn="{PEOPLE}" ldapsearchfilter="{FILTERS}"',
            my_search | {"search_filter": FILTERS},
        ),
        ONE_LEVEL: (
            f'{reader} ldapurl="ldap://127.0.0.1:{ldap.port}/{PEOPLE}?uid?one"',
            my_search | {"scope": "one"},
        ),
        BASE_ONLY: (
            f'{reader} ldapurl="ldap://127.0.0.1:{ldap.port}/{PEOPLE}?uid?base"',
            my_search | {"scope": "base"},
        ),
        START_TLS: (f"ldapserver=127.0.0.1 {port} {simple} ldaptls=1", my_simple | {"start_tls": True}),
        LDAPS: (
            f"ldapserver=127.0.0.1 ldapscheme=ldaps ldapport={ldap.tls_port} {simple}",
            my_simple | {"scheme": "ldaps", "port": ldap.tls_port},
        ),
        DISTRUSTED: (
            f"ldapserver=127.0.0.2 {port} {simple} ldaptls=1",
            my_simple | {"servers": ["127.0.0.2"], "start_tls": True},
        ),
        SECOND: (f'ldapserver="127.0.0.99 127.0.0.1" {port} {simple}', my_simple | {"servers": ["127.0.0.99", "127.0.0.1"]}),
        WRONG_READER: (
            f'ldapserver=127.0.0.1 {port} ldapbinddn="{READER}" ldapbindpasswd="wrong" ldapbasedn="{PEOPLE}"',
            my_search | {"bind_password": "wrong"},
        ),
        AWAY: (f"ldapserver=127.0.0.99 {port} {simple}", my_simple | {"servers": ["127.0.0.99"]}),
        ANONYMOUS: (f'ldapserver=127.0.0.1 {port} ldapbasedn="{BASE}"', {"base_dn": BASE}),
    }
    hba = [f"host all all {source}/32 ldap {theirs}" for source, (theirs, _) in both.items()]
    silent = my_simple | {"servers": ["127.0.0.3"]}
    only_ours = {
        SILENT: silent,
        SILENT_TLS: silent | {"scheme": "ldaps", "port": ldap.tls_port},
        SILENT_START_TLS: silent | {"start_tls": True},
    }
    auth = [
        {"from": f"{source}/32", "method": "ldap", "ldap": {"servers": ["127.0.0.1"], "port": ldap.port} | ours}
        for source, ours in ({source: ours for source, (_, ours) in both.items()} | only_ours).items()
    ]
    return hba, auth


@pytest.fixture(scope="module")
def ldap():
    people = [person("ann", "ann secret", mail="ann.mail"), person("deep", "deep secret", place=f"ou=deep,{PEOPLE}")]
    twins = [person(name, "twin secret", mail="twin") for name in ("first", "second")]
    server = LdapServer(people + twins)
    before = os.environ.get("LDAPCONF")
    try:
        os.environ["LDAPCONF"] = f"{server.folder}/ldap.conf"
        yield server.start()
    finally:
        os.environ.pop("LDAPCONF")
        if before:
            os.environ["LDAPCONF"] = before
        server.remove()


@pytest.fixture(scope="module")
def beside(postgres_template, ldap):
    roles = ["ann", "ann.mail", "deep", "twin", "ANN"]
    made = SideBySide(postgres_template, *rules(ldap), roles=roles)
    try:
        yield made
        made.stop()
    finally:
        made.remove()


@pytest.mark.parametrize("source", [SIMPLE, SEARCH, FILTER, START_TLS, LDAPS, SECOND], ids=str)
@pytest.mark.parametrize(
    "user, password, ending",
    [
        ("ann", "ann secret", "in"),
        ("ANN", "ann secret", "in"),
        ("ann", "Ann secret", FAILED.format("ann")),
        ("ann", "", "FATAL 28P01 empty password returned by client"),
        ("nobody", "ann secret", FAILED.format("nobody")),
    ],
    ids=["right", "right, other case", "wrong", "empty", "unknown"],
)
def test_a_directory_judges_as_it_does_for_postgres(beside, source, user, password, ending):
    expected, found = beside.outcomes(user, password, source)
    assert found == expected, beside.howdah.log()
    assert found[1] == ending


@pytest.mark.parametrize(
    "source, user, password, is_in",
    [
        (FILTER, "ann.mail", "ann secret", True),
        (FILTER, "twin", "twin secret", False),
        (SEARCH, "ann.mail", "ann secret", False),
        (SEARCH, "deep", "deep secret", True),
        (ONE_LEVEL, "deep", "deep secret", False),
        (ONE_LEVEL, "ann", "ann secret", True),
        (BASE_ONLY, "ann", "ann secret", False),
        (WRONG_READER, "ann", "ann secret", False),
        (AWAY, "ann", "ann secret", False),
        (ANONYMOUS, "ann", "ann secret", False),
        (DISTRUSTED, "ann", "ann secret", False),
        *((SEARCH, name, "ann secret", False) for name in ("a*", "*", "ann)(uid=*", "a\\6en", "ann/", "ann\\")),
    ],
)
def test_who_is_found_is_the_one_of_postgres(beside, source, user, password, is_in):
    expected, found = beside.outcomes(user, password, source)
    assert found == expected, beside.howdah.log()
    assert found[1] == ("in" if is_in else FAILED.format(user))


def test_a_directory_that_is_gone_lets_nobody_in(beside, ldap):
    """Those who log in meanwhile hear it at once; afterwards all is as before."""
    assert outcome(beside.howdah, "ann", "ann secret", AWAY)[1] == FAILED.format("ann")
    assert outcome(beside.howdah, "ann", "ann secret", SIMPLE)[1] == "in"


@pytest.fixture
def silent_server(ldap):
    """Takes connections and says nothing; on a third address, so that the port is that of the directory."""
    with socket.create_server(("127.0.0.3", ldap.port)) as server, socket.create_server(("127.0.0.3", ldap.tls_port)):
        yield server


def test_a_directory_that_says_nothing_lets_nobody_in_and_holds_nobody_up(beside, silent_server):
    """Nor is the processor kept busy: libldap would ask a silent TLS server for ever. PostgreSQL waits for ever."""
    howdah, clients = beside.howdah, []
    for source in (SILENT, SILENT_TLS, SILENT_START_TLS):
        client = wire.Connection(howdah.host, howdah.port, source=source)
        client.send(messages.startup(user="ann", database="postgres"))
        assert client.read().kind == "R"
        client.send(messages.password("ann secret"))
        clients.append(client)
    assert outcome(howdah, "ann", "ann secret", SIMPLE)[1] == "in"
    for client in clients:
        assert client.read().fields["M"] == 'LDAP authentication failed for user "ann"'
        client.close()


def test_the_log_says_why_and_no_password(beside):
    outcome(beside.howdah, "ann", "some wrong guess", SIMPLE)
    outcome(beside.howdah, "nobody", "some wrong guess", SEARCH)
    outcome(beside.howdah, "ann", "some wrong guess", DISTRUSTED)
    beside.wait_for_log('LDAP authentication failed for user \\"ann\\": bind: Invalid credentials')
    beside.wait_for_log("no entry is the user's")
    beside.wait_for_log("StartTLS: Connect error")
    log = beside.howdah.log()
    assert "wrong guess" not in log and READER_PASSWORD not in log
