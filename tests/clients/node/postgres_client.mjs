// postgres.js as its documentation shows it: a pool, and every query a prepared statement. Arguments: a number for
// names of its own; and ddl for that part instead of the others.
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import postgres from 'postgres';

const { version } = JSON.parse(readFileSync(new URL('node_modules/postgres/package.json', import.meta.url)));
const sql = postgres({ onnotice: () => {} });
const name = `postgres_js_${Number(process.argv[2])}`;
const table = sql(name);

function say(what, ...values) {
  console.log(`${what}:`, ...values.map((value) => JSON.stringify(value)));
}

async function sqlstate(promise) {
  return promise.then(() => 'no error', (error) => error.code);
}

async function tables() {
  await sql`drop table if exists ${table}`;
  await sql`create table ${table} (id int primary key, name text, price numeric, tags text[], more jsonb)`;
}

async function queries() {
  const rows = Array.from({ length: 100 }, (_, n) => ({ id: n + 1, name: `name ${n + 1}` }));
  say('insert', (await sql`insert into ${table} ${sql(rows)}`).count);
  await sql`update ${table} set ${sql({ price: '1.10', tags: ['a', 'b'], more: { a: [1] } })} where id = 1`;
  for (const id of [1, 100, 101]) say('select', await sql`select * from ${table} where id = ${id}`);
  const found = await Promise.all(rows.map(({ id }) => sql`select name from ${table} where id = ${id}`));
  say('a hundred at once', found.flat().map((row) => row.name).slice(97), new Set(found.flat().map((row) => row.name)).size);
  say('unprepared', await sql`select 1 as a; select 2 as b`.simple(), await sql.unsafe('select 3 as c'));
  const description = await sql`select id, name from ${table} where id = ${1}`.describe();
  say('describe', description.columns.map((column) => column.name), description.types);
}

async function errors() {
  const divide = (by) => sql`select 10 / ${by}::int as result`;
  say('errors', await sqlstate(divide(0)), await divide(5), await sqlstate(divide(0)), await sqlstate(sql`selec`));
  const many = await Promise.all(Array.from({ length: 40 }, (_, n) => sqlstate(divide(n % 4))));
  say('errors in a pipeline', many.filter((state) => state === '22012').length, many.filter((state) => state === 'no error').length);
}

async function transactions() {
  const insert = (tx, id) => tx`insert into ${table} (id) values (${id})`;
  await sql.begin(async (tx) => {
    await insert(tx, 2000);
    say('savepoint', await sqlstate(tx.savepoint((inner) => insert(inner, 1))));
    await Promise.all([insert(tx, 2001), insert(tx, 2002)]);
  });
  say('a transaction fails', await sqlstate(sql.begin((tx) => [insert(tx, 2003), insert(tx, 1)])));
  say('read only', await sqlstate(sql.begin('read only', (tx) => insert(tx, 2004))));
  say('transactions', await sql`select array_agg(id order by id) as ids from ${table} where id >= 2000`);
  await Promise.all(Array.from({ length: 60 }, (_, n) => sql.begin((tx) => insert(tx, 3000 + n))));
  say('60 transactions at once', await sql`select count(*)::int as count from ${table} where id >= 3000`);
}

async function cursors() {
  let total = 0, reads = 0;
  for await (const rows of sql`select id from ${table} where id <= ${100} order by id`.cursor(17)) {
    total += rows.reduce((sum, row) => sum + row.id, 0);
    reads++;
  }
  say('cursor', reads, total);
  for await (const [row] of sql`select id from ${table} order by id`.cursor()) {
    if (row.id === 3) {
      say('cursor left early', row);
      break;
    }
  }
}

async function copies() {
  const lines = Array.from({ length: 2000 }, (_, n) => `${10000 + n}\tcopied ${n}\n`);
  await pipeline(Readable.from(lines), await sql`copy ${table} (id, name) from stdin`.writable());
  const chunks = [];
  for await (const chunk of await sql`copy (select id, name from ${table} where id >= 11998 order by id) to stdout`.readable()) {
    chunks.push(chunk);
  }
  say('copy in and out', Buffer.concat(chunks).toString());
}

// The cached statement no longer fits; postgres.js itself prepares it anew.
async function ddl() {
  const one = postgres({ max: 1 });
  const read = () => one`select * from ${one(name)}`;
  say('before DDL', await read());
  await one`insert into ${one(name)} (id, name) values (1, 'one')`;
  await one`alter table ${one(name)} drop column price, add column extra int default 7`;
  say('after DDL', await read());
  await one.end();
}

say('driver', 'postgres.js', version);
await tables();
const parts = process.argv.includes('ddl') ? [ddl] : [queries, errors, transactions, cursors, copies];
for (const part of parts) await part();
await sql`drop table ${table}`;
await sql.end();
