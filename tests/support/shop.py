"""The product shop as a load: tables, 100,000 SKUs, and product queries whose every answer is checked.

One thread drives all connections: psycopg2's asynchronous ones, by epoll."""

import pathlib
import random
import select
import time

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ
from psycopg2.extras import execute_values

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "packaging" / "shop"
COLORS = ["red", "blue", "green", "black"]
SIZES = ["small", "medium", "large"]


def product_query():
    """The query of packaging/shop/product.sql, for psycopg2."""
    lines = (FOLDER / "product.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("\\")).replace(":product", "%s").rstrip("\n;")


class Shop:
    """What is on offer, made from a seed; the tables hold the same once fill() has run."""

    def __init__(self, seed=1, brands=100, products=1_000, skus=100_000):
        chance = random.Random(seed)
        numbered = lambda word, count: [(n, f"{word} {n} {chance.randrange(10**6)}") for n in range(1, count + 1)]
        self.query = product_query()
        self.brands = numbered("brand", brands)
        self.products = [(n, name, chance.randint(1, brands)) for n, name in numbered("product", products)]
        self.colors = list(enumerate(COLORS, 1))
        self.sizes = list(enumerate(SIZES, 1))
        self.skus = [
            (n, chance.randint(1, products), chance.randint(1, len(COLORS)), chance.randint(1, len(SIZES)))
            for n in range(1, skus + 1)
        ]
        self._answers = {n: [] for n, _, _ in self.products}
        for sku, product, color, size in self.skus:
            _, name, brand = self.products[product - 1]
            row = (product, name, self.brands[brand - 1][1], sku, COLORS[color - 1], SIZES[size - 1])
            self._answers[product].append(row)

    def fill(self, dsn):
        """Makes the tables and inserts everything, a transaction for each table."""
        connection = psycopg2.connect(dsn)
        with connection, connection.cursor() as cursor:
            cursor.execute((FOLDER / "tables.sql").read_text(encoding="utf-8"))
        tables = {
            "brand": self.brands,
            "product": self.products,
            "product_color": self.colors,
            "product_size": self.sizes,
            "sku (sku_id, product_id, product_color_id, product_size_id)": self.skus,
        }
        for table, rows in tables.items():
            with connection, connection.cursor() as cursor:
                execute_values(cursor, f"insert into {table} values %s", rows, page_size=1000)
        connection.autocommit = True
        connection.cursor().execute("analyze brand, product, product_color, product_size, sku")
        connection.close()

    def choose(self, count, seed=2):
        """Numbers of products to ask for."""
        return random.Random(seed).choices([n for n, _, _ in self.products], k=count)

    def check(self, product, rows):
        assert rows == self._answers[product], f"a wrong answer for product {product}: {rows[:3]} …"


class Shoppers:
    """Connections to one address that ask for products, each its next one when the last is answered."""

    def __init__(self, shop, dsn, count):
        self.shop = shop
        self.connections = [psycopg2.connect(dsn, async_=True) for _ in range(count)]
        self._run([_wait(connection) for connection in self.connections])

    def ask(self, products):
        """Seconds for all these queries."""
        begun = time.perf_counter()
        queue = iter(products)
        self._run([self._shop(connection, queue) for connection in self.connections])
        return time.perf_counter() - begun

    def _shop(self, connection, queue):
        cursor = connection.cursor()
        for product in queue:
            cursor.execute(self.shop.query, (product,))
            yield from _wait(connection)
            self.shop.check(product, cursor.fetchall())

    def _run(self, tasks):
        """Runs these, one for each connection, to their ends. A task yields the event that it waits for."""
        waiting = {}
        with select.epoll() as poller:
            for connection, task in zip(self.connections, tasks):
                event = next(task, None)
                if event is not None:
                    poller.register(connection, event)
                    waiting[connection.fileno()] = [task, event]
            while waiting:
                for file, _ in poller.poll():
                    task, awaited = waiting[file]
                    event = next(task, None)
                    if event is None:
                        poller.unregister(file)
                        del waiting[file]
                    elif event != awaited:
                        poller.modify(file, event)
                        waiting[file][1] = event

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.connections:
            connection.close()


def _wait(connection):
    while (state := connection.poll()) != POLL_OK:
        yield select.EPOLLIN if state == POLL_READ else select.EPOLLOUT


def measure(shop, dsns, concurrent, count=10_000, slices=10):
    """Seconds of each slice, {name: [...]}, asked of each address in turn: so what disturbs one disturbs all."""
    products = shop.choose(count)
    times = {name: [] for name in dsns}
    shoppers = {name: Shoppers(shop, dsn, concurrent) for name, dsn in dsns.items()}
    try:
        for start in range(0, count, count // slices):
            for name, group in shoppers.items():
                times[name].append(group.ask(products[start : start + count // slices]))
    finally:
        for group in shoppers.values():
            group.__exit__()
    return times
