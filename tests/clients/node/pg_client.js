// node-postgres as its documentation shows it. The argument is a number for names of its own.
'use strict';
const { Client, Pool } = require('pg');
const Cursor = require('pg-cursor');

const table = `node_pg_${Number(process.argv[2])}`;

function say(what, ...values) {
  console.log(`${what}:`, ...values.map((value) => JSON.stringify(value)));
}

async function sqlstate(promise) {
  return promise.then(() => 'no error', (error) => error.code);
}

async function unnamed(client) {
  await client.query(`drop table if exists ${table}`);
  await client.query(`create table ${table} (id int primary key, name text, price numeric, tags text[], day timestamptz)`);
  const row = [1, 'one', '1.10', ['a', 'b'], new Date(Date.UTC(2024, 1, 29))];
  say('insert', (await client.query(`insert into ${table} values ($1, $2, $3, $4, $5)`, row)).rowCount);
  for (let n = 2; n <= 100; n++) await client.query(`insert into ${table} (id, name) values ($1, $2)`, [n, `name ${n}`]);
  say('select', (await client.query(`select * from ${table} where id = $1`, [1])).rows);
  const asArrays = { text: `select id, name from ${table} where id < $1 order by id`, values: [4], rowMode: 'array' };
  say('select', (await client.query(asArrays)).rows);
  say('several statements', (await client.query('select 1 as a; select 2 as b')).map((result) => result.rows));
  say('errors', await sqlstate(client.query('select 1 / $1::int', [0])), await sqlstate(client.query('selec')));
}

async function named(client) {
  const found = [];
  for (let n = 1; n <= 40; n++) {
    const query = { name: 'find', text: `select name from ${table} where id = $1`, values: [n] };
    found.push((await client.query(query)).rows[0].name);
  }
  say('named statement', found.slice(0, 3), new Set(found).size);
  let total = 0;
  for (let turn = 0; turn < 3; turn++) {
    for (let n = 0; n < 50; n++) {
      const query = { name: `add ${n}`, text: `select ${n} + $1::int as sum`, values: [turn] };
      total += (await client.query(query)).rows[0].sum;
    }
  }
  say('50 named statements', total);
  const divide = (by) => client.query({ name: 'divide', text: 'select 10 / $1::int as result', values: [by] });
  say('a named statement fails', await sqlstate(divide(0)), (await divide(5)).rows, await sqlstate(divide(0)));
  say('a name for another text', await client.query({ name: 'find', text: 'select 1' }).catch((error) => error.message.slice(0, 30)));
  const wrong = () => client.query({ name: 'wrong', text: 'selec' });
  say('a wrong named statement', await sqlstate(wrong()), await sqlstate(wrong()));
}

async function transactions(client) {
  const insert = (id) => client.query({ name: 'insert', text: `insert into ${table} (id) values ($1)`, values: [id] });
  await client.query('begin');
  await insert(2000);
  await client.query('savepoint before');
  say('savepoint', await sqlstate(insert(1)), await sqlstate(insert(2001)));
  await client.query('rollback to savepoint before');
  await insert(2002);
  await client.query('commit');
  await client.query('begin');
  await insert(2003);
  await client.query('rollback');
  const answer = await client.query(`select array_agg(id order by id) as ids from ${table} where id >= 2000`);
  say('transactions', answer.rows);
}

async function cursors(client) {
  await client.query('begin');
  const cursor = client.query(new Cursor(`select id from ${table} where id > $1 order by id`, [10]));
  let rows, total = 0, reads = 0;
  while ((rows = await cursor.read(17)).length > 0) {
    total += rows.reduce((sum, row) => sum + row.id, 0);
    reads++;
  }
  say('cursor', reads, total);
  await cursor.close();
  await client.query('commit');
  const short = client.query(new Cursor(`select id from ${table} order by id`));
  say('cursor closed early', await short.read(2));
  await short.close();
}

async function queued(client) {
  const promises = Array.from({ length: 50 }, (_, n) => client.query('select $1::int as n', [n]));
  say('queued on one client', (await Promise.all(promises)).reduce((sum, result) => sum + result.rows[0].n, 0));
}

async function pooled() {
  const pool = new Pool({ max: 6 });
  const find = (n) => pool.query({ name: 'find', text: `select name from ${table} where id = $1`, values: [n] });
  const found = await Promise.all(Array.from({ length: 100 }, (_, n) => find(n + 1)));
  say('pool of six', found.map((result) => result.rows[0].name).slice(97), found.length);
  const add = async (id) => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query(`insert into ${table} (id) values ($1)`, [id]);
      await client.query(id % 2 ? 'rollback' : 'commit');
    } finally {
      client.release();
    }
  };
  await Promise.all(Array.from({ length: 60 }, (_, n) => add(3000 + n)));
  say('pool of six', (await pool.query(`select count(*)::int as count from ${table} where id >= 3000`)).rows);
  await pool.end();
}

async function main() {
  say('driver', 'node-postgres', require('pg/package.json').version);
  const client = new Client();
  await client.connect();
  for (const part of [unnamed, named, transactions, cursors, queued]) await part(client);
  await pooled();
  await client.query(`drop table ${table}`);
  await client.end();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
