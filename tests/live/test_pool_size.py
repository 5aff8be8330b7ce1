"""How many servers there are: never more than max_size, never fewer than min_size, shared by all."""

import pytest

from support import wire
from support.messages import query
from support.other_targets import target_name
from support.waiting import holds_for, wait_until
from support.watch import ServerCount, run_in_threads, wait_for_servers

pytestmark = pytest.mark.threads


def app(howdah, **more):
    return wire.connect(howdah, "app", "app", **more)


@pytest.mark.pooler_only
def test_max_size_is_never_exceeded_while_a_hundred_clients_hammer(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 5})

    def hammer(number):
        for turn in range(20):
            with app(howdah) as client:
                assert client.query(f"select {number}").value == str(number)
                client.query("begin; select 1")
                assert client.query(f"select {turn}").value == str(turn)
                if turn % 3:
                    client.query("commit")

    with ServerCount(postgres) as count:
        run_in_threads(100, hammer)
    assert count.samples > 20
    assert 1 <= count.most <= 5


@pytest.mark.pooler_only
def test_two_clients_share_one_server_between_transactions(start_howdah):
    howdah = start_howdah(pool={"max_size": 1})
    with app(howdah) as first, app(howdah) as second:
        for turn in range(10):
            for client in (first, second):
                client.query("begin; select 1")
                assert client.query(f"select {turn}").value == str(turn)
                client.query("commit")
        servers = {client.query("select pg_backend_pid()").value for client in (first, second)}
        assert len(servers) == 1


@pytest.mark.pooler_only
def test_a_transaction_keeps_its_server_to_its_end(start_howdah):
    howdah = start_howdah(pool={"max_size": 1})
    with app(howdah) as first, app(howdah) as second:
        first.query("begin; select 1")
        second.send(query("select 'second'"))
        assert holds_for(0.3, lambda: first.query("select 1").value == "1")
        second.socket.setblocking(False)
        with pytest.raises(BlockingIOError):
            second.socket.recv(1)
        second.socket.settimeout(20)
        first.query("commit")
        assert second.ready().value == "second"


def test_a_failed_transaction_keeps_its_server_too(start_howdah):
    howdah = start_howdah(pool={"max_size": 1})
    with app(howdah) as first, app(howdah) as second:
        first.query("begin; select 1")
        assert first.query("select 1/0").status == "E"
        second.send(query("select 'second'"))
        assert first.query("select 1").sqlstate == "25P02"
        assert first.query("rollback").status == "I"
        assert second.ready().value == "second"


@pytest.mark.pooler_only
def test_clients_that_ask_nothing_hold_no_server(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 2})
    clients = [app(howdah) for _ in range(50)]
    for number, client in enumerate(clients):
        assert client.query(f"select {number}").value == str(number)
    assert postgres.connections("app") <= 2
    for client in clients:
        client.close()


@pytest.mark.howdah_only
def test_min_size_servers_are_made_at_start_and_kept(start_howdah, own_postgres):
    howdah = start_howdah(
        cluster=own_postgres,
        databases={"app": {"backend": own_postgres.backend("app", "app"), "pool": {"min_size": 3, "max_size": 6}}},
    )
    wait_for_servers(own_postgres, 3)
    servers = "select pid from pg_stat_activity where datname = 'app'"
    first = set(own_postgres.rows(servers))
    own_postgres.rows("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'app'")
    wait_until(lambda: first.isdisjoint(own_postgres.rows(servers)), "the first ones are gone")
    wait_for_servers(own_postgres, 3)
    with app(howdah) as client:
        assert client.query("select 1").value == "1"
    assert holds_for(0.3, lambda: own_postgres.connections("app") == 3)


@pytest.mark.howdah_only
def test_each_database_and_user_has_a_pool_of_its_own(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 1})
    with app(howdah) as one, wire.connect(howdah, "postgres", "app") as two, wire.connect(howdah, "app", "postgres") as three:
        seen = set()
        for client in (one, two, three):
            client.query("begin; select 1")
            seen.add(client.query("select current_user || '@' || current_database()").value)
        assert seen == {"app@app", "postgres@app", "app@postgres"}


@pytest.mark.howdah_only
def test_a_backend_that_names_its_user_serves_all_clients_as_that_user(start_howdah, postgres):
    howdah = start_howdah(
        databases={"alias": {"backend": postgres.backend("app", "app"), "pool": {"max_size": 1}}},
    )
    with wire.connect(howdah, "postgres", "alias") as one, wire.connect(howdah, "anybody", "alias") as two:
        first, second = (client.query("select current_user, pg_backend_pid()").rows for client in (one, two))
        assert first == second and first[0][0] == "app"


def test_a_client_gets_the_server_that_it_had_last(start_howdah):
    howdah = start_howdah(pool={"max_size": 3})
    clients = [app(howdah) for _ in range(3)]
    servers = []
    for client in clients:
        client.query("begin; select 1")
        servers.append(client.query("select pg_backend_pid()").value)
    assert len(set(servers)) == 3
    for client in reversed(clients):
        client.query("commit")
    if target_name() == "howdah":
        for _ in range(5):
            assert [client.query("select pg_backend_pid()").value for client in clients] == servers


@pytest.mark.howdah_only
def test_idle_servers_are_closed_down_to_min_size(start_howdah, postgres):
    howdah = start_howdah(pool={"max_size": 4, "min_size": 1, "idle_timeout": "300ms"})
    clients = [app(howdah) for _ in range(4)]
    for client in clients:
        client.query("begin; select 1")
    wait_for_servers(postgres, 4)
    for client in clients:
        client.query("commit")
    wait_for_servers(postgres, 1)
    assert holds_for(0.6, lambda: postgres.connections("app") == 1)


@pytest.mark.howdah_only
def test_an_idle_server_past_its_lifetime_is_replaced(start_howdah):
    howdah = start_howdah(pool={"max_size": 1, "max_lifetime": "500ms"})
    with app(howdah) as client:
        first = client.query("select pg_backend_pid()").value
        wait_until(lambda: client.query("select pg_backend_pid()").value != first, "another server")
        client.query("begin; select 1")
        kept = client.query("select pg_backend_pid()").value
        assert holds_for(1, lambda: client.query("select pg_backend_pid()").value == kept)
        client.query("commit")
