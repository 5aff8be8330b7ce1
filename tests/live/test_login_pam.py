"""The method pam: a service of PAM judges who gets in. Beside PostgreSQL, which asks the same service."""

import contextlib
import select
import time

import pytest

from support import messages, wire
from support.pam_service import PamService
from support.side_by_side import SideBySide, outcome
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only

SOURCE = "127.0.0.2"
TRUSTED_SOURCE = "127.0.0.3"
FAILED = 'FATAL 28000 PAM authentication failed for user "{}"'


@pytest.fixture(scope="module")
def service():
    made = PamService({"ann": "ann secret", "expired": "expired secret", "app": "app secret"})
    yield made
    made.remove()


@pytest.fixture(scope="module")
def rules(service):
    """For PostgreSQL and for howdah."""
    hba = [f"host all all {SOURCE}/32 pam pamservice={service.name}", f"host all all {TRUSTED_SOURCE}/32 trust"]
    auth = [
        {"from": f"{SOURCE}/32", "method": "pam", "pam_service": service.name},
        {"from": f"{TRUSTED_SOURCE}/32", "method": "trust"},
        {"from": "local", "method": "pam", "pam_service": service.name},
    ]
    return hba, auth


@pytest.fixture(scope="module")
def beside(postgres_template, rules):
    made = SideBySide(postgres_template, *rules, roles=["ann", "expired", "sleepy"])
    try:
        yield made
        made.stop()
    finally:
        made.remove()


@pytest.mark.parametrize(
    "user, password, ending",
    [
        ("ann", "ann secret", "in"),
        ("ann", "Ann secret", FAILED.format("ann")),
        ("ann", "", "FATAL 28P01 empty password returned by client"),
        ("expired", "expired secret", FAILED.format("expired")),
        ("nobody", "ann secret", FAILED.format("nobody")),
        ("ünknown", "ann secret", FAILED.format("ünknown")),
    ],
    ids=["right", "wrong", "empty", "account expired", "unknown", "unknown, UTF-8"],
)
def test_a_service_of_pam_judges_as_it_does_for_postgres(beside, user, password, ending):
    expected, found = beside.outcomes(user, password, SOURCE)
    assert found == expected
    assert found[1] == ending


def test_the_service_hears_where_the_client_is(beside, service):
    outcome(beside.howdah, "ann", "ann secret", SOURCE)
    assert service.calls()[-1] == f"ann from {SOURCE}"
    outcome(beside.howdah, "ann", "ann secret", is_local=True)
    assert service.calls()[-1] == "ann from "


def test_what_a_module_starts_hears_signals(beside, service):
    outcome(beside.howdah, "ann", "ann secret", SOURCE)
    assert service.signals_left_out() == [0, 0]


def test_the_log_says_why_and_no_password(beside):
    outcome(beside.howdah, "ann", "some wrong guess", SOURCE)
    beside.wait_for_log('PAM authentication failed for user \\"ann\\": pam_authenticate: System error; judged by a\\x1bscript; ')
    log = beside.howdah.log()
    assert "\033" not in log and "wrong guess" not in log and "ann secret" not in log


THREADS = 8


@pytest.fixture
def pam_howdah(start_howdah, service):
    """A howdah alone; the service answers "sleepy" at the end."""
    service.hold()
    yield start_howdah(auth=pam_rules(service), client={"login_timeout": "3s"})
    service.release()


def pam_rules(service):
    return [
        {"from": f"{SOURCE}/32", "method": "pam", "pam_service": service.name},
        {"from": "127.0.0.0/8", "method": "trust"},
        {"from": "local", "method": "trust"},
    ]


def send_password(howdah, user, password="x"):
    """A client whose password is being checked."""
    client = wire.Connection(howdah.host, howdah.port, source=SOURCE)
    client.send(messages.startup(user=user, database="postgres"))
    assert client.read().kind == "R"
    client.send(messages.password(password))
    return client


def count_of_sleepy(service):
    return service.calls().count(f"sleepy from {SOURCE}")


def test_a_service_that_hangs_holds_nobody_else_up(pam_howdah, service):
    with contextlib.closing(send_password(pam_howdah, "sleepy")) as sleepy:
        wait_until(lambda: count_of_sleepy(service) == 1, "the service is asked")
        assert outcome(pam_howdah, "app", "app secret", SOURCE)[1] == "in"
        assert outcome(pam_howdah, "app")[1] == "in"
        assert sleepy.is_closed(within=10)
    assert outcome(pam_howdah, "app", "app secret", SOURCE)[1] == "in"


def test_those_who_gave_up_are_not_asked_about(pam_howdah, service):
    before = count_of_sleepy(service)
    clients = [send_password(pam_howdah, "sleepy") for _ in range(3 * THREADS)]
    wait_until(lambda: count_of_sleepy(service) == before + THREADS, "all threads are busy")
    assert outcome(pam_howdah, "postgres")[1] == "in", "those who need no service are not held up"
    files = pam_howdah.open_files()
    for client in clients:
        client.close()
    wait_until(lambda: pam_howdah.open_files() <= files - len(clients), "howdah has noticed")
    service.release()
    assert outcome(pam_howdah, "nobody", "x", SOURCE)[1] == FAILED.format("nobody")
    assert count_of_sleepy(service) == before + THREADS


def test_the_end_does_not_wait_for_a_service_that_hangs(pam_howdah, service):
    before = count_of_sleepy(service)
    with contextlib.closing(send_password(pam_howdah, "sleepy")):
        wait_until(lambda: count_of_sleepy(service) > before, "the service is asked")
        pam_howdah.stop()


def test_who_guesses_waits_and_nobody_else(start_howdah):
    """As with pam_unix, which wants two seconds for each wrong password."""
    service = PamService({"postgres": "right"}, more="auth optional pam_faildelay.so delay=3000000\n")
    try:
        howdah = start_howdah(auth=pam_rules(service))
        begin = time.monotonic()
        guesses = [send_password(howdah, "postgres", "wrong") for _ in range(2 * THREADS)]
        wait_until(lambda: len(service.calls()) == len(guesses), "all have been judged")
        assert outcome(howdah, "postgres", "right", SOURCE)[1] == "in"
        assert select.select([guess.socket for guess in guesses], [], [], 0)[0] == [], "no thread sleeps"
        for guess in guesses:
            assert guess.read().fields["M"] == 'PAM authentication failed for user "postgres"'
            guess.close()
        assert time.monotonic() - begin > 2
    finally:
        service.remove()
