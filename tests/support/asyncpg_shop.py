"""The product shop as an asyncpg user's first day has it: a connection or a pool, all settings the driver's own."""

import asyncio
import time

import asyncpg

from support.shop import FOLDER


def product_query():
    """The query of packaging/shop/product.sql, for asyncpg."""
    lines = (FOLDER / "product.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("\\")).replace(":product", "$1").rstrip("\n;")


async def connect(target):
    return await asyncpg.connect(host=target.host, port=target.port, user="app", database="app")


async def fill(shop, target):
    """Makes the tables one by one and inserts everything with executemany."""
    connection = await connect(target)
    for statement in (FOLDER / "tables.sql").read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            await connection.execute(statement)
    tables = {
        "brand (brand_id, brand_name)": shop.brands,
        "product (product_id, product_name, brand_id)": shop.products,
        "product_color (product_color_id, product_color_name)": shop.colors,
        "product_size (product_size_id, product_size_name)": shop.sizes,
        "sku (sku_id, product_id, product_color_id, product_size_id)": shop.skus,
    }
    for table, rows in tables.items():
        places = ", ".join(f"${n}" for n in range(1, len(rows[0]) + 1))
        await connection.executemany(f"insert into {table} values ({places})", rows)
    await connection.execute("analyze brand, product, product_color, product_size, sku")
    await connection.close()


def make_pool(target):
    return asyncpg.create_pool(host=target.host, port=target.port, user="app", database="app", min_size=6, max_size=6)


class Shopper:
    """Asks for products through a pool of six, and checks each answer."""

    def __init__(self, shop, pool):
        self.shop, self.pool = shop, pool
        self.query = product_query()

    async def ask(self, connection, product):
        self.shop.check(product, [tuple(row) for row in await connection.fetch(self.query, product)])

    async def one_after_another(self, products):
        async with self.pool.acquire() as connection:
            for product in products:
                await self.ask(connection, product)

    async def all_at_once(self, products):
        await asyncio.gather(*(self.ask(self.pool, product) for product in products))


async def seconds(work):
    begun = time.perf_counter()
    await work
    return time.perf_counter() - begun


async def measure(shop, targets, count):
    """Seconds for so many queries: {name: (one after another, all at once)}. The targets take turns, in short slices where
    that is possible: so what disturbs one disturbs all."""
    products = shop.choose(count)
    pools = {name: await make_pool(target) for name, target in targets.items()}
    shoppers = {name: Shopper(shop, pool) for name, pool in pools.items()}
    serial, concurrent = dict.fromkeys(targets, 0.0), dict.fromkeys(targets, 0.0)
    for shopper in shoppers.values():
        await shopper.all_at_once(products[:60])  # each connection has prepared its statement
    for start in range(0, count, 500):
        for name, shopper in shoppers.items():
            serial[name] += await seconds(shopper.one_after_another(products[start : start + 500]))
    for name, shopper in shoppers.items():
        concurrent[name] += await seconds(shopper.all_at_once(products))
    for pool in pools.values():
        await pool.close()
    return {name: (serial[name], concurrent[name]) for name in targets}
