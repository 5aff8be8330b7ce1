"""Fixtures of the live tests. HOWDAH_TEST_TARGET=direct or pgbouncer puts another program in howdah's place."""

import faulthandler
import signal

import pytest

from support import postgres as postgres_cluster
from support import scram
from support.debian_package import package_in
from support.howdah_process import HowdahProcess, judge_and_remove, merged
from support.moving import TwoServers
from support.other_targets import DirectTarget, PgbouncerTarget, target_name


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="also the tests that take minutes")
    parser.addoption("--write-picture", action="store_true", help="write the picture of the dashboard that is in README.md")
    parser.addoption("--write-clients", action="store_true", help="write the table of drivers into README.md")


def pytest_collection_modifyitems(config, items):
    """Leaves out what was not asked for, and what another target does not promise."""
    unwanted = set() if config.getoption("--long") else {"long"}
    unwanted |= {
        "howdah": set(),
        "direct": {"howdah_only", "pooler_only"},
        "pgbouncer": {"howdah_only", "beyond_pgbouncer"},
    }[target_name()]
    left_out = [item for item in items if unwanted & {mark.name for mark in item.iter_markers()}]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(autouse=True)
def time_limit(request):
    """No test hangs: after its time it fails, and its fixtures clean up."""
    mark = request.node.get_closest_marker("time_limit")
    seconds = mark.args[0] if mark else 120

    def on_alarm(*_):
        faulthandler.dump_traceback()
        raise TimeoutError(f"the test took longer than {seconds} s")

    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(seconds)
    yield
    signal.alarm(0)


@pytest.fixture(scope="session")
def postgres_template():
    template = postgres_cluster.make_template()
    yield template
    template.remove()


@pytest.fixture(scope="session")
def postgres(postgres_template):
    """The PostgreSQL that tests share. Whoever stops it or fills it takes `own_postgres`."""
    cluster = postgres_cluster.Postgres(postgres_template).start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def direct(postgres):
    """The same PostgreSQL without a pooler: the expectation is what it does."""
    return DirectTarget(postgres)


@pytest.fixture(scope="session")
def package(tmp_path_factory):
    """The path of the Debian package."""
    return package_in(tmp_path_factory.mktemp("deb"))


@pytest.fixture
def own_postgres(postgres_template):
    cluster = postgres_cluster.Postgres(postgres_template).start()
    yield cluster
    cluster.remove()


def default_config(cluster, pool=None):
    """Transaction mode and four servers for whatever database is asked for."""
    pool = merged({"mode": "transaction", "max_size": 4, "acquire_timeout": "20s"}, pool or {})
    return {"databases": {"*": {"backend": cluster.backend(), "pool": pool}}}


# The same methods for the same source addresses as in PostgreSQL's own rules.
AUTH_BY_SOURCE = [{"from": "local", "method": "trust"}] + [
    {"from": f"{source}/32", "method": method} for source, method in postgres_cluster.METHODS_BY_SOURCE.items()
]
# Roles of the template that have a password, as PostgreSQL keeps it.
SECRETS = {
    "plain_user": {"password": "plain password"},
    "md5_user": {"password": scram.md5_secret("md5_user", "md5 password")},
    "scram_user": {"password": scram.verifier("scram password")},
}


def make_target(cluster, config, arguments=None):
    if target_name() == "direct":
        return DirectTarget(cluster)
    if target_name() == "pgbouncer":
        return PgbouncerTarget(cluster, config)
    return HowdahProcess(config, arguments)


@pytest.fixture
def start_howdah(postgres):
    """A factory: start_howdah(pool={...}, **other top-level settings). All are judged and removed at the end."""
    started = []

    def start(pool=None, cluster=None, wait=True, **config):
        target = make_target(cluster or postgres, merged(default_config(cluster or postgres, pool), config))
        started.append(target)
        return target.start(wait)

    yield start
    judge_and_remove(started)


@pytest.fixture
def howdah(start_howdah):
    """Transaction mode, four servers, everybody trusted."""
    return start_howdah()


@pytest.fixture
def two(start_howdah, request):
    """Two servers between which sessions are made to move. What else the pool has stands in the module's POOL, or is the
    parameter of the fixture."""
    more = getattr(request, "param", getattr(request.module, "POOL", {}))
    servers = TwoServers(start_howdah(pool={"max_size": 2, **more}))
    yield servers
    servers.close()


@pytest.fixture
def ann(two):
    """A client of `two`."""
    with two.connect() as client:
        yield client


@pytest.fixture(scope="module")
def auth_howdah(postgres):
    """Asks for passwords as PostgreSQL itself does; see METHODS_BY_SOURCE."""
    target = make_target(postgres, default_config(postgres) | {"auth": AUTH_BY_SOURCE, "users": SECRETS})
    try:
        yield target.start()
        target.stop()
    finally:
        target.remove()


@pytest.fixture(scope="module")
def shared_howdah(postgres):
    """One howdah for a module whose tests leave nothing behind: transaction mode, one server."""
    target = make_target(postgres, default_config(postgres, {"max_size": 1}))
    try:
        yield target.start()
        target.stop()
    finally:
        target.remove()
