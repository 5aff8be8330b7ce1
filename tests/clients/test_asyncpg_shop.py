"""The product shop from asyncpg with its default settings: what an asyncpg user does on the first day, over six servers."""

import asyncio

import asyncpg
import pytest

from conftest import default_config, make_target
from support import asyncpg_shop
from support.other_targets import target_name
from support.postgres import Postgres
from support.shop import Shop

pytestmark = [pytest.mark.time_limit(180), pytest.mark.beyond_pgbouncer]

POOL = {"min_size": 6, "max_size": 6, "acquire_timeout": "20s"}


@pytest.fixture(scope="module")
def cluster(postgres_template):
    cluster = Postgres(postgres_template).start()
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
    asyncio.run(asyncpg_shop.fill(shop, howdah))
    return shop


def run_in_pool(howdah, work, count):
    """work(connection, 0) … work(connection, count - 1) at the same time, over a pool of six."""

    async def one(pool, number):
        async with pool.acquire() as connection:
            return await work(connection, number)

    async def all_at_once():
        async with asyncpg_shop.make_pool(howdah) as pool:
            return await asyncio.gather(*(one(pool, number) for number in range(count)))

    return asyncio.run(all_at_once())


async def insert(connection, brand, name="new"):
    await connection.execute("insert into brand values ($1, $2)", brand, name)


def brands(cluster, first, last):
    query = "select brand_id, brand_name from brand where brand_id between %s and %s order by brand_id"
    return cluster.rows(query, (first, last), database="app")


def test_everything_that_was_inserted_is_there(shop, cluster):
    skus = "select sku_id, product_id, product_color_id, product_size_id from sku order by sku_id"
    assert cluster.rows(skus, database="app") == shop.skus
    assert cluster.rows("select brand_id, brand_name from brand order by brand_id", database="app") == shop.brands


def test_queries_one_after_another_and_all_at_once(shop, howdah):
    """measure() checks each answer; how long many more take is told by tests/bench/asyncpg."""
    asyncio.run(asyncpg_shop.measure(shop, {target_name(): howdah}, 2_000))


def test_six_connections_at_once_are_with_six_servers(shop, howdah):
    all_there = asyncio.Barrier(6)

    async def backend(connection, number):
        async with connection.transaction():
            pid = await connection.fetchval("select pg_backend_pid() from product limit 1")
            await asyncio.wait_for(all_there.wait(), 20)
            assert await connection.fetchval("select pg_backend_pid() from product limit 1") == pid
            return pid

    assert len(set(run_in_pool(howdah, backend, 6))) == 6


def test_transactions_with_a_unique_violation_leave_nothing(shop, cluster, howdah):
    async def fail(connection, number):
        with pytest.raises(asyncpg.UniqueViolationError):
            async with connection.transaction():
                await insert(connection, 2000 + number)
                await insert(connection, 1)
        return await connection.fetchval("select count(*) from brand where brand_id >= 2000")

    assert run_in_pool(howdah, fail, 60) == [0] * 60
    assert brands(cluster, 2000, 2999) == []


def test_nested_transactions_undo_their_own_part(shop, cluster, howdah):
    async def half(connection, number):
        async with connection.transaction():
            await insert(connection, 3000 + number, "kept")
            with pytest.raises(asyncpg.UniqueViolationError):
                async with connection.transaction():
                    await connection.execute("update brand set brand_name = 'lost' where brand_id = $1", 3000 + number)
                    await insert(connection, 3000 + number)
            async with connection.transaction():
                await insert(connection, 3100 + number, "kept too")

    run_in_pool(howdah, half, 60)
    kept = [(3000 + n, "kept") for n in range(60)] + [(3100 + n, "kept too") for n in range(60)]
    assert brands(cluster, 3000, 3999) == kept


def test_transactions_by_hand(shop, cluster, howdah):
    async def by_hand(connection, number):
        transaction = connection.transaction()
        await transaction.start()
        try:
            await insert(connection, 4000 + number)
            if number % 3 == 0:
                await insert(connection, 1)
        except asyncpg.UniqueViolationError:
            await transaction.rollback()
        else:
            await transaction.commit()

    run_in_pool(howdah, by_hand, 60)
    assert [brand for brand, _ in brands(cluster, 4000, 4999)] == [4000 + n for n in range(60) if n % 3]


def test_cursors_over_large_results(shop, howdah):
    async def read(connection, number):
        total = 0
        async with connection.transaction():
            async for row in connection.cursor("select sku_id from sku where sku_id > $1", number, prefetch=1000):
                total += row["sku_id"]
        return total

    async def read_parts(connection, number):
        async with connection.transaction():
            cursor = await connection.cursor("select sku_id from sku order by sku_id")
            await cursor.forward(50_000)
            return [row["sku_id"] for row in await cursor.fetch(10_000)]

    everything = sum(sku for sku, *_ in shop.skus)
    assert run_in_pool(howdah, read, 8) == [everything - number * (number + 1) // 2 for number in range(8)]
    assert run_in_pool(howdah, read_parts, 8) == [list(range(50_001, 60_001))] * 8
