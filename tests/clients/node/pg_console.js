// node-postgres on the console of howdah: the simple protocol, and the extended one with parameters.
'use strict';
const { Client } = require('pg');

function say(what, ...values) {
  console.log(`${what}:`, ...values);
}

async function main() {
  const client = new Client({ user: 'postgres', database: 'howdah' });
  await client.connect();
  const pool = (await client.query('show pools')).rows[0];
  say('pool', pool.database, pool.cl_active + 1);
  const stats = (await client.query({ name: 'stats', text: 'show stats' })).rows;
  say('transactions', stats.find((row) => row.database === 'app').total_xact_count);
  say('pause', (await client.query('pause $1', ['app'])).command);
  say('resume', (await client.query({ name: 'resume', text: 'resume $1', values: ['app'] })).command);
  await client.query('resume $1', ['app']).catch((error) => say('again', error.code, error.message));
  say('version', (await client.query('show version')).rows[0].version.split(' ')[0]);
  await client.end();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
