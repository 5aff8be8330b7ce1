"""Random but repeatable scripts of well-formed messages, for the differential test."""

import random

from support.messages import (
    COPY_DONE, FLUSH, SYNC, bind, close_portal, close_statement, copy_data, copy_fail, describe_portal,
    describe_statement, execute, function_call, parse, query,
)

NAMES = ("", "", "a", "b")
STATEMENTS = (
    "select 1", "select $1::text", "select n, repeat('x', n) from generate_series(1, 20) n", "select 1/0",
    "insert into random_rows values (1) returning id", "delete from random_rows", "select count(*) from random_rows",
    "selekt", "begin", "commit", "rollback", "savepoint s", "rollback to s",
    "do $$ begin raise notice 'note'; end $$", "copy random_rows from stdin",
    "copy (select n from generate_series(1, 5) n) to stdout", "set local work_mem = '1MB'", "show work_mem",
)


def _values(generator, sql):
    return [generator.choice(["x", None, "y" * 3000])] if "$1" in sql else []


def _statement(generator):
    name, sql = generator.choice(NAMES), generator.choice(STATEMENTS)
    portal = generator.choice(NAMES)
    content = parse(name, sql) + bind(portal, name, _values(generator, sql))
    if generator.random() < 0.5:
        content += describe_portal(portal)
    return content + execute(portal, generator.choice([0, 0, 0, 3]))


def _pieces(generator):
    name = generator.choice(NAMES)
    return generator.choice([
        describe_statement(name), describe_portal(name), close_statement(name), close_portal(name),
        execute(name, generator.choice([0, 2])), bind(name, generator.choice(NAMES)),
        parse(name, generator.choice(STATEMENTS)),
    ])


def _queries(generator):
    return query("; ".join(generator.choices(STATEMENTS[2:], k=generator.choice([1, 1, 1, 2]))).replace("$1", "null"))


def _copy(generator):
    return generator.choice([
        copy_data("5\n"), copy_data("bad\n"), copy_data("6\n7\n") + COPY_DONE, COPY_DONE, copy_fail(),
        query("copy random_rows from stdin") + copy_data("8\n") + COPY_DONE,
    ])


def _others(generator):
    return generator.choice([SYNC, SYNC, SYNC, FLUSH, function_call(177, 1, 2), function_call(154, 1, 0)])


def batch(generator):
    """Some messages, and such an end that the server answers an empty query, whatever state it is in."""
    kinds = generator.choices([_statement, _pieces, _queries, _copy, _others], [5, 3, 3, 2, 5], k=generator.randint(1, 9))
    return b"".join(kind(generator) for kind in kinds) + copy_fail() + SYNC + query("")


def read_batch(player):
    """Up to the answer of the empty query."""
    seen = []
    player.read(lambda one: seen.append(one.kind) or seen[-2:] == ["I", "Z"])


def script(seed, batches=12):
    generator = random.Random(seed)
    steps = [query("truncate random_rows"), read_to_ready, close_statement("a") + close_statement("b") + SYNC, read_to_ready]
    for _ in range(batches):
        steps += [batch(generator), read_batch]
    return steps


def read_to_ready(player):
    player.read(lambda one: one.kind == "Z")
