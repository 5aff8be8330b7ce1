"""The load that the project ends with: a product shop, filled and asked through howdah, over a pool of six servers."""

import psycopg2
import pytest
from psycopg2.errors import UniqueViolation

from conftest import default_config, make_target
from support import postgres as postgres_cluster
from support.other_targets import DirectTarget, target_name
from support.shop import Shop, Shoppers, measure
from support.waiting import wait_until
from support.watch import ServerCount, run_in_threads

pytestmark = pytest.mark.time_limit(180)

POOL = {"min_size": 6, "max_size": 6, "acquire_timeout": "60s"}


@pytest.fixture(scope="module")
def cluster(postgres_template):
    """Room for a hundred connections at a time without a pooler too."""
    cluster = postgres_cluster.Postgres(postgres_template, {"max_connections": 250}).start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def howdah(cluster):
    target = make_target(cluster, default_config(cluster, POOL))
    try:
        yield target.start()
        target.stop()
    finally:
        target.remove()


@pytest.fixture(scope="module")
def shop(howdah):
    """Filled through howdah."""
    shop = Shop()
    shop.fill(howdah.dsn("app", "app"))
    return shop


@pytest.fixture(scope="module")
def dsns(cluster, howdah):
    return {"direct": DirectTarget(cluster).dsn("app", "app"), target_name(): howdah.dsn("app", "app")}


def connect(howdah):
    return psycopg2.connect(howdah.dsn("app", "app"))


def test_everything_that_was_inserted_is_there(shop, cluster):
    counts = cluster.rows(
        "select (select count(*) from brand), (select count(*) from product), (select count(*) from sku)", database="app"
    )
    assert counts == [(100, 1_000, 100_000)]
    skus = "select sku_id, product_id, product_color_id, product_size_id from sku order by sku_id"
    assert cluster.rows(skus, database="app") == shop.skus


def test_ten_thousand_queries_one_after_another(shop, dsns, capsys):
    report(capsys, "one after another", measure(shop, dsns, concurrent=1))


def test_ten_thousand_queries_a_hundred_at_a_time(shop, dsns, capsys):
    report(capsys, "100 at a time", measure(shop, dsns, concurrent=100))


def report(capsys, what, times):
    with capsys.disabled():
        figures = ", ".join(f"{name} {sum(slices):.2f} s" for name, slices in times.items())
        print(f"\n10,000 product queries, {what}: {figures}")


@pytest.mark.pooler_only
def test_a_hundred_clients_at_a_time_use_six_servers(shop, howdah, cluster):
    wait_until(lambda: cluster.connections("app") == 6, "those of the tests before are gone")
    with ServerCount(cluster) as count, Shoppers(shop, howdah.dsn("app", "app"), 100) as shoppers:
        shoppers.ask(shop.choose(3_000))
    assert count.samples > 20
    assert count.most == 6


def test_transactions_that_commit_are_kept(shop, howdah, cluster):
    def stock_up(number):
        connection = connect(howdah)
        for turn in range(10):
            with connection, connection.cursor() as cursor:
                cursor.execute("insert into brand values (%s, %s)", (1000 + number * 10 + turn, f"new {number}"))
                cursor.execute("update sku set stock = stock + 1 where sku_id = 1")
        connection.close()

    stock = cluster.value("select stock from sku where sku_id = 1", database="app")
    run_in_threads(50, stock_up)
    assert cluster.value("select count(*) from brand where brand_id between 1000 and 1499", database="app") == 500
    assert cluster.value("select stock from sku where sku_id = 1", database="app") == stock + 500


def test_transactions_with_a_duplicate_key_leave_nothing(shop, howdah, cluster):
    def fail(number):
        connection = connect(howdah)
        for turn in range(10):
            with pytest.raises(UniqueViolation), connection, connection.cursor() as cursor:
                cursor.execute("insert into brand values (%s, 'never')", (2000 + number * 10 + turn,))
                cursor.execute("insert into brand values (1, 'taken')")
            with connection, connection.cursor() as cursor:
                cursor.execute("select count(*) from brand where brand_name in ('never', 'taken')")
                assert cursor.fetchone() == (0,)
        connection.close()

    run_in_threads(50, fail)
    assert cluster.value("select count(*) from brand where brand_id between 2000 and 2999", database="app") == 0


def test_a_savepoint_undoes_a_part_of_a_transaction(shop, howdah, cluster):
    def half(number):
        connection = connect(howdah)
        for turn in range(10):
            brand = 3000 + number * 10 + turn
            with connection, connection.cursor() as cursor:
                cursor.execute("insert into brand values (%s, 'kept')", (brand,))
                cursor.execute("savepoint before_the_mistake")
                with pytest.raises(UniqueViolation):
                    cursor.execute("insert into brand values (%s, 'twice')", (brand,))
                cursor.execute("rollback to savepoint before_the_mistake")
                cursor.execute("update brand set brand_name = 'kept and changed' where brand_id = %s", (brand,))
        connection.close()

    run_in_threads(50, half)
    names = cluster.rows("select distinct brand_name from brand where brand_id between 3000 and 3499", database="app")
    assert names == [("kept and changed",)]
    assert cluster.value("select count(*) from brand where brand_id between 3000 and 3499", database="app") == 500
