"""howdah --import-pgbouncer: what PgBouncer does with its file, howdah does with what was made of it. Both stand before the same
PostgreSQL, the same clients come to both, and each must get the same from either."""

import subprocess
import threading

import psycopg2
import pytest

from support import postgres as postgres_cluster
from support import scram
from support.howdah_process import executable
from support.imported import Imported, Pgbouncer
from support.waiting import wait_until

pytestmark = pytest.mark.howdah_only

COMMON = "listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir = {folder}\nauth_file = {folder}/users\n"
USERS = "".join(
    f'"{name}" "{secret}"\n'
    for name, secret in {
        "postgres": "",
        "app": "app password",
        "plain_user": "plain password",
        "md5_user": scram.md5_secret("md5_user", "md5 password"),
        "scram_user": scram.verifier("scram password"),
        "quo\"\"ted": "with \"\" in it",
    }.items()
)


@pytest.fixture
def both(postgres):
    """A factory: both(databases, settings, files) gives PgBouncer and howdah, started."""
    started = []

    def start(databases, settings, cluster=None, **files):
        where = f"host={(cluster or postgres).folder} port={(cluster or postgres).port}"
        ini = "[databases]\n" + databases.replace("WHERE", where) + "\n[pgbouncer]\n" + COMMON + settings + "\n"
        for kind in (Pgbouncer, Imported):
            started.append(kind(ini, {"users": USERS, **files}))
            started[-1].start()
        return started[-2:]

    yield start
    for pooler in started:
        pooler.remove()


def both_give(poolers, expected, *client, **more):
    """The same from both, and this."""
    found = {type(pooler).__name__: pooler.outcome(*client, **more) for pooler in poolers}
    assert found == {"Pgbouncer": expected, "Imported": expected}, (client, found)


PASSWORDS = {"app": "app password", "plain_user": "plain password", "md5_user": "md5 password", "scram_user": "scram password"}


@pytest.mark.parametrize(
    "settings, users",
    {
        "": {"app", "plain_user", "md5_user", "scram_user"},
        "auth_type = md5": {"app", "plain_user", "md5_user", "scram_user"},
        "auth_type = scram-sha-256": {"app", "plain_user", "scram_user"},
        "auth_type = plain": {"app", "plain_user", "md5_user", "scram_user"},
    }.items(),
)
def test_the_same_passwords_let_the_same_users_in(both, settings, users):
    poolers = both("postgres = WHERE", settings)
    for user, password in PASSWORDS.items():
        both_give(poolers, (user, "postgres") if user in users else None, "postgres", user, password)
        both_give(poolers, None, "postgres", user, "wrong " + password)
    both_give(poolers, None, "postgres", "stranger", "any")
    both_give(poolers, None, "postgres", "postgres", "any")


def test_without_passwords_it_is_the_names_that_count(both):
    poolers = both("postgres = WHERE", "auth_type = trust")
    both_give(poolers, ("app", "postgres"), "postgres", "app")
    both_give(poolers, ("postgres", "postgres"), "postgres", "postgres")
    both_give(poolers, None, "postgres", "stranger")


def test_any_name_is_the_forced_user(both):
    poolers = both("postgres = WHERE user=app", "auth_type = any")
    for name in ("app", "stranger"):
        both_give(poolers, ("app", "postgres"), "postgres", name)


HBA = """
local all md5_user md5
local all app,stranger trust
local app all reject
host app app 127.0.0.1/32 trust
host postgres,app app 127.0.0.1/32 reject
host all all 127.0.0.0/8 md5
local all all scram-sha-256
"""


def test_rules_of_an_hba_file(both):
    poolers = both("* = WHERE", "auth_type = hba\nauth_hba_file = {folder}/hba", hba=HBA)
    cases = [(database, user) for database in ("postgres", "app") for user in (*PASSWORDS, "stranger")]
    outcomes = set()
    for source in (None, "127.0.0.1"):
        for database, user in cases:
            for password in (PASSWORDS.get(user, "any"), "wrong"):
                found = [pooler._one(database, user, password, "select current_user::text", source) for pooler in poolers]
                assert found[0] == found[1], (source, database, user, password, found)
                outcomes.add((source, found[0] is None))
    assert len(outcomes) == 4, "by either socket some get in and some do not"


def test_users_that_are_looked_up(both, postgres):
    users = '"postgres" ""\n'
    poolers = both("postgres = WHERE", "auth_user = postgres\nauth_type = scram-sha-256", users=users)
    both_give(poolers, ("scram_user", "postgres"), "postgres", "scram_user", "scram password")
    both_give(poolers, None, "postgres", "scram_user", "wrong")
    both_give(poolers, None, "postgres", "stranger", "any")
    query = "auth_query = select usename, passwd from pg_shadow where usename = $1 and usename <> 'plain_user'"
    poolers = both("postgres = WHERE auth_user=postgres", f"auth_type = md5\n{query}", users=users)
    both_give(poolers, ("md5_user", "postgres"), "postgres", "md5_user", "md5 password")
    both_give(poolers, ("scram_user", "postgres"), "postgres", "scram_user", "scram password")
    both_give(poolers, None, "postgres", "plain_user", "plain password")


def test_passwords_for_postgresql_come_from_the_same_places(both, postgres_template):
    """A PostgreSQL that asks for passwords: from the line, or from the list, for the client's user or the forced one."""
    cluster = postgres_cluster.Postgres(postgres_template, hba="local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n").start()
    try:
        cluster.rows("set password_encryption = 'scram-sha-256'; alter role app password 'app password'")
        cluster.rows("set password_encryption = 'scram-sha-256'; alter role plain_user password 'plain password'")
        where = f"host=127.0.0.1 port={cluster.port}"
        poolers = both(
            f"postgres = {where}\nforced = {where} dbname=postgres user=app\n"
            f"given = {where} dbname=app user=scram_user password='scram password'\nbad = {where} dbname=app user=app password=wrong",
            "auth_type = trust\nserver_login_retry = 1\nquery_wait_timeout = 1",
            cluster=cluster,
        )
        both_give(poolers, ("plain_user", "postgres"), "postgres", "plain_user")
        both_give(poolers, ("app", "postgres"), "forced", "plain_user")
        both_give(poolers, ("scram_user", "app"), "given", "plain_user")
        both_give(poolers, None, "bad", "plain_user")
        both_give(poolers, None, "postgres", "md5_user")
    finally:
        cluster.remove()


SHOW = (
    "select current_user::text, current_database()::text, current_setting('TimeZone'), current_setting('work_mem'),"
    " current_setting('DateStyle')"
)


def test_databases_lead_to_the_same_places(both, postgres):
    poolers = both(
        "alias = host=nowhere.invalid\n%include {folder}/more\nforced = WHERE dbname=postgres user=app\n"
        "set = WHERE dbname=postgres timezone=Asia/Tokyo connect_query='set work_mem to ''7MB'''\n"
        "nowhere = WHERE dbname=missing\n* = WHERE",
        "auth_type = trust\npool_mode = transaction\nserver_login_retry = 1",
        more=f"; the last one counts\nalias = host={postgres.folder} port={postgres.port} dbname=app\n",
    )
    usual = ("UTC", "4MB", "ISO, MDY")
    both_give(poolers, ("plain_user", "app", *usual), "alias", "plain_user", sql=SHOW)
    both_give(poolers, ("app", "postgres", *usual), "forced", "plain_user", sql=SHOW)
    both_give(poolers, ("plain_user", "postgres", "Asia/Tokyo", "7MB", "ISO, MDY"), "set", "plain_user", sql=SHOW)
    both_give(poolers, ("plain_user", "app", *usual), "app", "plain_user", sql=SHOW)
    both_give(poolers, None, "nowhere", "plain_user")
    both_give(poolers, None, "other", "plain_user")


def test_a_name_that_is_in_no_line_is_refused(both):
    both_give(both("postgres = WHERE", "auth_type = trust"), None, "app", "app")


class AskAtOnce:
    """So many clients ask at the same time."""

    def __init__(self, pooler, count, sql):
        self.answered = 0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._ask, args=(pooler, sql)) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def _ask(self, pooler, sql):
        connection = pooler.connect("postgres", "app")
        try:
            connection.cursor().execute(sql)
            with self.lock:
                self.answered += 1
        except psycopg2.Error:
            pass
        finally:
            connection.close()

    def left(self):
        return sum(thread.is_alive() for thread in self.threads)

    def count_answers(self):
        for thread in self.threads:
            thread.join()
        return self.answered


def test_the_same_limits_hold(both, postgres):
    settings = "auth_type = trust\npool_mode = transaction\nmax_client_conn = 6\nquery_wait_timeout = 1"
    poolers = both("postgres = WHERE pool_size=3", settings)
    postgres.rows("create table held (); grant select on held to app")
    try:
        for pooler in poolers:
            # All servers of the pool wait for a lock; the fourth client waits for its time, and goes.
            holder = postgres.connect()
            holder.cursor().execute("begin; lock table held")
            asking = AskAtOnce(pooler, 4, "select * from held")
            wait_until(lambda: postgres.connections(where="wait_event_type = 'Lock'") == 3, "three wait in PostgreSQL")
            wait_until(lambda: asking.left() == 3, "the fourth goes")
            assert postgres.connections(where="usename = 'app' and wait_event_type = 'Lock'") == 3
            holder.close()
            assert asking.count_answers() == 3
            clients = [pooler.connect("postgres", "app") for _ in range(6)]
            with pytest.raises(psycopg2.OperationalError):
                pooler.connect("postgres", "app")
            for client in clients:
                client.close()
    finally:
        postgres.rows("drop table held")


@pytest.mark.parametrize("settings, is_kept", {"": True, "pool_mode = Transaction": False}.items())
def test_the_mode_is_the_same(both, settings, is_kept):
    """In session mode, which is PgBouncer's default, an idle client keeps the one server."""
    poolers = both("postgres = WHERE pool_size=1", f"auth_type = trust\nquery_wait_timeout = 1\n{settings}")
    for pooler in poolers:
        first = pooler.connect("postgres", "app")
        first.cursor().execute("select 1")
        found = pooler.outcome("postgres", "app", sql="select 1")
        assert found == (None if is_kept else (1,)), type(pooler)
        first.close()


def test_a_start_with_an_ini_file_says_how_to_do_it(tmp_path):
    path = tmp_path / "pgbouncer.ini"
    path.write_text("[databases]\nx = host=h\n[pgbouncer]\nmax_client_con = 3\n")
    for arguments in ([path], ["--config", path], ["--check", path]):
        done = subprocess.run([executable(), *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 2 and f"howdah --import-pgbouncer {path} > howdah.yaml" in done.stderr, done.stderr
    done = subprocess.run([executable(), "--import-pgbouncer", path], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == f"{path}:4: max_client_con: found no such setting of PgBouncer's; is max_client_conn meant?\n"
