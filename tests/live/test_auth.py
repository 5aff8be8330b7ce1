"""Log-ins of clients: the methods, the secrets, and what a wrong answer gets. The source address picks the method."""

import time

import pytest

from support import messages, scram, wire
from support.differential import WAYS_TO_CUT, alive, compare, end_of_file, settled, to_the_end
from support.messages import int32, message, startup, text
from support.waiting import wait_until

pytestmark = pytest.mark.beyond_pgbouncer

PASSWORD_FROM, MD5_FROM, SCRAM_FROM, REJECT_FROM = (f"127.0.0.{n}" for n in (2, 3, 4, 5))
SOURCES = {"password": PASSWORD_FROM, "md5": MD5_FROM, "scram-sha-256": SCRAM_FROM}
PASSWORDS = {"md5_user": "md5 password", "scram_user": "scram password"}

START = startup(user="scram_user", database="postgres")


def outcome(address, user, secret, source):
    """The authentication requests that came, and how it ended."""
    connection = wire.Connection(address.host, address.port, source=source)
    try:
        connection.login(user, "postgres", secret)
        ending = connection.query("select current_user").value
    except wire.ServerError as error:
        ending = f"{error.fields['V']} {error.sqlstate}"
    connection.close()
    return [one.body[:4] for one in connection.greeting.of("R")], ending


@pytest.mark.parametrize("method", SOURCES)
@pytest.mark.parametrize("user", PASSWORDS)
@pytest.mark.parametrize("guess", ["right", "wrong", "empty"])
def test_a_password_is_checked_as_postgres_checks_it(direct, auth_howdah, method, user, guess):
    secret = {"right": PASSWORDS[user], "wrong": "wrong", "empty": ""}[guess]
    expected = outcome(direct, user, secret, SOURCES[method])
    assert outcome(auth_howdah, user, secret, SOURCES[method]) == expected
    if guess != "right":
        assert expected[1] == "FATAL 28P01"


@pytest.mark.howdah_only
@pytest.mark.parametrize("method", SOURCES)
def test_a_plain_secret_serves_every_method(auth_howdah, method):
    assert outcome(auth_howdah, "plain_user", "plain password", SOURCES[method])[1] == "plain_user"
    assert outcome(auth_howdah, "plain_user", "wrong", SOURCES[method])[1] == "FATAL 28P01"


@pytest.mark.parametrize("method", SOURCES)
@pytest.mark.parametrize("user", ["nobody", "ümläut", "x" * 200], ids=["plain", "UTF-8", "long"])
def test_an_unknown_user_meets_the_exchange_of_a_known_one(direct, auth_howdah, method, user):
    requests, ending = outcome(direct, user, "some password", SOURCES[method])
    if method == "md5":  # there PostgreSQL goes by what new passwords are made of, howdah by those that there are
        requests = [int32(5)]
    assert outcome(auth_howdah, user, "some password", SOURCES[method]) == (requests, ending)
    assert ending == "FATAL 28P01"


@pytest.mark.howdah_only
def test_the_salt_of_an_unknown_user_stays_the_same(auth_howdah):
    def salt(user):
        with wire.Connection(auth_howdah.host, auth_howdah.port, source=SCRAM_FROM) as connection:
            connection.send(startup(user=user, database="postgres"))
            connection.read()
            first = scram.Exchange("").first()
            connection.send(message("p", text("SCRAM-SHA-256") + int32(len(first)) + first))
            fields = dict(part.split("=", 1) for part in connection.read().body[4:].decode().split(","))
            return fields["s"], fields["i"]

    assert salt("nobody") == salt("nobody") != salt("somebody")
    assert salt("nobody")[1] == salt("scram_user")[1] == "4096"


def test_an_unknown_user_of_odd_bytes_is_asked_for_a_password(direct, auth_howdah):
    compare(direct, auth_howdah, [startup(user=b"\xc3\x28", database="postgres"), settled], source=SCRAM_FROM)


def test_a_rejected_client_is_told_28000(direct, auth_howdah):
    compare(direct, auth_howdah, [startup(user="postgres", database="postgres"), to_the_end], source=REJECT_FROM)


@pytest.mark.howdah_only
def test_an_address_without_a_rule_is_told_28000(direct, auth_howdah):
    compare(direct, auth_howdah, [startup(user="postgres", database="postgres"), to_the_end], source="127.0.0.99")


@pytest.mark.parametrize("method", SOURCES)
def test_a_missing_database_is_told_only_after_authentication(direct, auth_howdah, method):
    for secret, sqlstate in (("scram password", "3D000"), ("wrong", "28P01")):
        for address in (direct, auth_howdah):
            if method == "md5" and secret == "wrong":
                continue
            with pytest.raises(wire.ServerError) as caught:
                wire.connect(address, "scram_user", "missing", secret, source=SOURCES[method])
            assert caught.value.sqlstate == sqlstate


def test_parameters_are_checked_after_the_password(direct, auth_howdah):
    content = startup(user="scram_user", database="postgres", datestyle="bogus")
    transcript = compare(direct, auth_howdah, [content, settled, message("p", b"nonsense"), to_the_end], source=SCRAM_FROM)
    assert "22023" not in "".join(transcript)


ANSWERS_TO_PASSWORD = {
    **{f"length {n}": message("p", b"x\0", length=n) for n in (0, 3, -1, 2**31 - 1, 65540)},
    "empty body": message("p"),
    "no final zero": message("p", b"secret"),
    "zero inside": message("p", b"pw\0x\0"),
    "empty password": messages.password(""),
    "Query": messages.query("select 1"),
    "Terminate": messages.TERMINATE,
    "Sync": messages.SYNC,
    "unknown type": message("\1", b"x"),
    "startup again": startup(user="postgres"),
    "right twice": messages.password("scram password") + messages.password("scram password"),
    "right, then a query": messages.password("scram password") + messages.query("select 1") + messages.TERMINATE,
}


@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
@pytest.mark.parametrize("answer", ANSWERS_TO_PASSWORD.values(), ids=ANSWERS_TO_PASSWORD)
@pytest.mark.parametrize("source", [PASSWORD_FROM, MD5_FROM], ids=["password", "md5"])
def test_an_odd_answer_to_a_password_request_ends_as_at_postgres(direct, auth_howdah, source, answer, cut):
    compare(direct, auth_howdah, [START, settled, answer, to_the_end], cut, source=source)


def sasl(mechanism, data, length=None):
    return message("p", mechanism + int32(len(data) if length is None else length) + data)


NONCE = b"r=rOprNGfwEbeRWgbNEkqO"
FIRST = b"n,,n=,"
MECHANISM = b"SCRAM-SHA-256\0"
ANSWERS_TO_SASL = {
    "mechanism SCRAM-SHA-1": sasl(b"SCRAM-SHA-1\0", FIRST + NONCE),
    "mechanism empty": sasl(b"\0", FIRST + NONCE),
    "mechanism -PLUS without TLS": sasl(b"SCRAM-SHA-256-PLUS\0", b"p=tls-server-end-point,,n=," + NONCE),
    "mechanism unterminated": message("p", b"SCRAM-SHA-256"),
    "plain password": messages.password("scram password"),
    "no length": message("p", MECHANISM),
    "length too long": sasl(MECHANISM, FIRST + NONCE, length=1000),
    "length too short": sasl(MECHANISM, FIRST + NONCE, length=3),
    "length -1": sasl(MECHANISM, b"", length=-1),
    "empty": sasl(MECHANISM, b""),
    "no nonce": sasl(MECHANISM, b"n,,n="),
    "nonce of control bytes": sasl(MECHANISM, FIRST + b"r=a\1b"),
    "nonce of UTF-8": sasl(MECHANISM, FIRST + "r=ä".encode()),
    "zero inside": sasl(MECHANISM, FIRST + b"r=a\0b"),
    "no header": sasl(MECHANISM, b"n=," + NONCE),
    "channel binding y": sasl(MECHANISM, b"y,,n=," + NONCE),
    "channel binding p": sasl(MECHANISM, b"p=tls-server-end-point,,n=," + NONCE),
    "channel binding z": sasl(MECHANISM, b"z,,n=," + NONCE),
    "authorization identity": sasl(MECHANISM, b"n,a=other,n=," + NONCE),
    "extension": sasl(MECHANISM, FIRST + b"m=x," + NONCE),
    "1025 bytes": sasl(MECHANISM, FIRST + b"r=" + b"x" * 1017),
    "60 kB": sasl(MECHANISM, FIRST + b"r=" + b"x" * 60000),
    "Query": messages.query("select 1"),
    "Terminate": messages.TERMINATE,
    "length 0": message("p", length=0),
    "length 65540": message("p", length=65540) + b"x" * 200,
}
GOES_ON = {
    "other user's name": sasl(MECHANISM, b"n,,n=other," + NONCE),
    "empty nonce": sasl(MECHANISM, FIRST + b"r="),
    "right": sasl(MECHANISM, FIRST + NONCE),
}
FINALS = {
    "no proof": b"c=biws,r=x",
    "wrong nonce": b"c=biws,r=x,p=" + b"A" * 43 + b"=",
    "empty": b"",
    "binding of another kind": b"c=eSws,r=x,p=" + b"A" * 43 + b"=",
    "not base64": b"c=biws,r=x,p=!!!",
    "2 kB": b"c=biws,r=" + b"x" * 2000,
}


@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
@pytest.mark.parametrize("answer", ANSWERS_TO_SASL.values(), ids=ANSWERS_TO_SASL)
def test_an_odd_first_scram_message_ends_as_at_postgres(direct, auth_howdah, answer, cut):
    compare(direct, auth_howdah, [START, settled, answer, end_of_file, to_the_end], cut, source=SCRAM_FROM)


@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
@pytest.mark.parametrize("final", FINALS.values(), ids=FINALS)
@pytest.mark.parametrize("first", GOES_ON.values(), ids=GOES_ON)
def test_an_odd_final_scram_message_ends_as_at_postgres(direct, auth_howdah, first, final, cut):
    script = [START, settled, first, settled, message("p", final), to_the_end]
    compare(direct, auth_howdah, script, cut, source=SCRAM_FROM)


@pytest.mark.parametrize("cut", WAYS_TO_CUT.values(), ids=WAYS_TO_CUT)
def test_a_password_message_after_the_login_is_a_violation(direct, shared_howdah, cut):
    script = [startup(user="postgres"), settled, messages.password("x"), to_the_end]
    compare(direct, shared_howdah, script, cut)


@pytest.mark.howdah_only
def test_a_user_without_a_secret_is_known_to_trust_only(auth_howdah, direct):
    compare(direct, auth_howdah, [startup(user="app", database="app"), settled, alive])
    assert outcome(auth_howdah, "app", "any", SCRAM_FROM)[1] == "FATAL 28P01"


@pytest.mark.howdah_only
def test_with_the_method_md5_an_unknown_user_meets_what_most_known_ones_meet(start_howdah):
    names = ("md5_user", "md5_other")
    secrets = {name: {"password": scram.md5_secret(name, "pw")} for name in names}
    howdah = start_howdah(users=secrets, auth=[{"from": "127.0.0.0/8", "method": "md5"}])

    def first_answer(user):
        with wire.Connection(howdah.host, howdah.port) as connection:
            connection.send(startup(user=user, database="postgres"))
            return connection.read().body[:4]

    assert first_answer("nobody") == first_answer("md5_user") == int32(5)


@pytest.mark.howdah_only
def test_keys_of_plain_passwords_are_derived_before_their_users_come(start_howdah):
    """Else the time of a first log-in would tell that its user exists."""
    users = {f"user{n}": {"password": f"password {n}"} for n in range(50)} | {"other": {"password": scram.verifier("x")}}
    howdah = start_howdah(users=users, log={"level": "debug"})
    wait_until(lambda: "SCRAM keys derived users=50" in howdah.log(), "they are there")


@pytest.mark.howdah_only
def test_a_stop_does_not_wait_for_keys_of_many_users(start_howdah):
    howdah = start_howdah(users={f"user{n}": {"password": f"password {n}"} for n in range(20_000)})
    begun = time.monotonic()
    howdah.stop()
    assert time.monotonic() - begun < 5
