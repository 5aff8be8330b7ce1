"""The methods that need no password: peer, by the user of the operating system, and cert, by a TLS certificate; and
certificates beside another method. Everywhere beside PostgreSQL with the same rules."""

import contextlib
import os
import pwd

import pytest

from support import messages, scram, wire
from support.certificates import Authority
from support.side_by_side import SideBySide, client_context, outcome

pytestmark = pytest.mark.howdah_only

CN, DN, VERIFY_CA, VERIFY_FULL, TRUST_FULL, REJECT_CA, MAPPED, MAPPED_DN = (f"127.0.0.{n}" for n in range(10, 18))
OTHER_USER = "daemon"  # of the operating system

# One role for one name, names by a pattern, and a whole name of a certificate.
IDENT = f"""
system {OTHER_USER} ann
system /^(ro)ot$ \\1bin
people smith ann
people "/^(.*)@howdah\\.test$" \\1
whole "CN=ann,OU=sales,O=howdah" ann
"""


@contextlib.contextmanager
def running_as(name):
    """Sockets that are opened meanwhile tell this user of the operating system."""
    os.seteuid(pwd.getpwnam(name).pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificates(authority, tmp_path_factory):
    """Of clients, by name: the files, or None for a client without one."""
    subjects = {
        "ann": "/CN=ann",
        "bob": "/CN=bob",
        "Ann": "/CN=Ann",
        "ann of sales": "/O=howdah/OU=sales/CN=ann",
        "nobody": "/O=howdah",
        "empty": "/CN=",
        "longer": "/CN=anna",
        "smith": "/CN=smith",
        "ann's mail": "/CN=ann@howdah.test",
        "other mail": "/CN=ann@howdahxtest",
        "two names": "/CN=bob/CN=ann",
        "UTF-8": "/CN=ünn",
    }
    made = {name: authority.issue(f"client {name}", subject) for name, subject in subjects.items()}
    stranger = Authority(tmp_path_factory.mktemp("stranger"))
    return made | {"stranger's ann": stranger.issue("ann", "/CN=ann"), "none": None}


@pytest.fixture(scope="module")
def beside(postgres_template, authority):
    hba = [
        f"local all root,{OTHER_USER} peer",
        "local all ann,robin peer map=system",
        f"hostssl all all {MAPPED}/32 cert map=people",
        f"hostssl all all {MAPPED_DN}/32 cert clientname=DN map=whole",
        f"hostssl all all {CN}/32 cert",
        f"hostssl all all {DN}/32 cert clientname=DN",
        f"hostssl all all {VERIFY_CA}/32 scram-sha-256 clientcert=verify-ca",
        f"hostssl all all {VERIFY_FULL}/32 scram-sha-256 clientcert=verify-full",
        f"hostssl all all {TRUST_FULL}/32 trust clientcert=verify-full",
        f"hostssl all all {REJECT_CA}/32 reject clientcert=verify-ca",
    ]

    def rule(source, method, **more):
        return {"from": f"{source}/32", "tls": "required", "method": method, **more}

    auth = [
        {"from": "local", "users": ["root", OTHER_USER], "method": "peer"},
        {"from": "local", "method": "peer", "map": "system"},
        rule(MAPPED, "cert", map="people"),
        rule(MAPPED_DN, "cert", certificate_name="dn", map="whole"),
        rule(CN, "cert"),
        rule(DN, "cert", certificate_name="dn"),
        rule(VERIFY_CA, "scram-sha-256", client_certificate="verify-ca"),
        rule(VERIFY_FULL, "scram-sha-256", client_certificate="verify-full"),
        rule(TRUST_FULL, "trust", client_certificate="verify-full"),
        rule(REJECT_CA, "reject", client_certificate="verify-ca"),
    ]
    roles = ["root", OTHER_USER, "ann", "robin", "ünn", "CN=ann,OU=sales,O=howdah"]
    users = {"ann": {"password": scram.verifier("ann secret")}}
    made = SideBySide(postgres_template, hba, auth, roles, authority, ident=IDENT, users=users)
    try:
        made.postgres.rows(f"alter role ann password '{scram.verifier('ann secret')}'")
        yield made
        made.stop()
    finally:
        made.remove()


@pytest.mark.parametrize("runs_as", ["root", OTHER_USER])
@pytest.mark.parametrize("user", ["root", OTHER_USER])
def test_peer_lets_in_whom_the_client_runs_as(beside, runs_as, user):
    with running_as(runs_as):
        expected, found = beside.outcomes(user, is_local=True)
    assert found == expected
    assert found[1] == ("in" if user == runs_as else f'FATAL 28000 Peer authentication failed for user "{user}"')
    if user != runs_as:
        beside.wait_for_log(f'it is \\"{runs_as}\\" of the system')


def test_what_is_sent_behind_the_startup_packet_waits_for_the_answer(beside):
    for target in beside.both:
        with wire.Connection(target.socket_folder, target.port) as client:
            client.send(messages.startup(user="root", database="postgres") + messages.query("select 7"))
            assert client.ready().of("R")
            assert client.ready().value == "7"


@pytest.mark.parametrize("runs_as, user, is_in", [(OTHER_USER, "ann", True), ("root", "robin", True), ("root", "ann", False)])
def test_peer_goes_by_the_map_of_its_rule(beside, runs_as, user, is_in):
    with running_as(runs_as):
        expected, found = beside.outcomes(user, is_local=True)
    assert found == expected
    assert (found[1] == "in") == is_in


def test_peer_knows_no_name_of_a_user_that_the_system_does_not_know(beside):
    os.seteuid(54321)
    try:
        expected, found = beside.outcomes("root", is_local=True)
    finally:
        os.seteuid(0)
    assert found == expected == ([], 'FATAL 28000 Peer authentication failed for user "root"')
    beside.wait_for_log("the system has no name for user 54321")


NO_CERTIFICATE = "FATAL 28000 connection requires a valid client certificate"
OTHER_NAME = 'FATAL 28000 certificate authentication failed for user "{}"'


@pytest.mark.parametrize(
    "source, certificate, user, ending",
    [
        (CN, "ann", "ann", "in"),
        (CN, "ann of sales", "ann", "in"),
        (CN, "UTF-8", "ünn", "in"),
        (CN, "bob", "ann", OTHER_NAME.format("ann")),
        (CN, "Ann", "ann", OTHER_NAME.format("ann")),
        (CN, "longer", "ann", OTHER_NAME.format("ann")),
        (CN, "nobody", "ann", OTHER_NAME.format("ann")),
        (CN, "empty", "ann", OTHER_NAME.format("ann")),
        (CN, "two names", "ann", OTHER_NAME.format("ann")),
        (CN, "ann", "missing", OTHER_NAME.format("missing")),
        (CN, "none", "ann", NO_CERTIFICATE),
        (MAPPED, "smith", "ann", "in"),
        (MAPPED, "ann's mail", "ann", "in"),
        (MAPPED, "ann's mail", "robin", OTHER_NAME.format("robin")),
        (MAPPED, "other mail", "ann", OTHER_NAME.format("ann")),
        (MAPPED, "ann", "ann", OTHER_NAME.format("ann")),
        (MAPPED, "smith", "smith", OTHER_NAME.format("smith")),
        (MAPPED_DN, "ann of sales", "ann", "in"),
        (MAPPED_DN, "ann", "ann", OTHER_NAME.format("ann")),
        (DN, "ann of sales", "CN=ann,OU=sales,O=howdah", "in"),
        (DN, "ann of sales", "ann", OTHER_NAME.format("ann")),
        (TRUST_FULL, "ann", "ann", "in"),
        (TRUST_FULL, "bob", "ann", 'FATAL 28000 "trust" authentication failed for user "ann"'),
        (TRUST_FULL, "none", "ann", NO_CERTIFICATE),
        (REJECT_CA, "none", "ann", NO_CERTIFICATE),
    ],
)
def test_a_certificate_lets_in_whom_it_names(beside, certificates, source, certificate, user, ending):
    expected, found = beside.outcomes(user, source=source, tls=client_context(certificates[certificate]))
    assert found == expected
    assert found[1] == ending


@pytest.mark.parametrize("password", ["ann secret", "wrong"])
@pytest.mark.parametrize("certificate", ["ann", "bob", "none"])
@pytest.mark.parametrize("source", [VERIFY_CA, VERIFY_FULL])
def test_a_certificate_and_a_password_are_asked_for_beside_each_other(beside, certificates, source, certificate, password):
    tls = client_context(certificates[certificate])
    (expected, expected_ending), (found, ending) = beside.outcomes("ann", password, source=source, tls=tls)
    assert (len(found), ending) == (len(expected), expected_ending)
    is_right = password == "ann secret" and (certificate == "ann" or (certificate == "bob" and source == VERIFY_CA))
    assert (ending == "in") == is_right


def test_the_log_says_whose_certificate_it_was(beside, certificates):
    outcome(beside.howdah, "ann", source=CN, tls=client_context(certificates["bob"]))
    outcome(beside.howdah, "ann", source=CN, tls=client_context(certificates["nobody"]))
    beside.wait_for_log('certificate authentication failed for user \\"ann\\": the certificate is that of \\"bob\\"')
    beside.wait_for_log("the certificate has no name")


def test_a_certificate_of_a_stranger_ends_the_handshake(beside, certificates):
    tls = client_context(certificates["stranger's ann"])
    for target in beside.both:
        with pytest.raises(Exception, match="(?i)alert|closed|reset|EOF|bytes came"):
            outcome(target, "ann", source=CN, tls=tls)
