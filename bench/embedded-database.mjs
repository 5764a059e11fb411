// What the driver costs with and without a key, in processor time and in turns: rows inserted in transactions with the pragmas of
// the service, reads from the cache, and reads of pages from the file. usage: node bench/embedded-database.mjs [TURNS] [OTHER_DRIVER]
// OTHER_DRIVER is the path of another better-sqlite3, which is measured as well, without a key.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteDriver } from '../dist/database/sqlite-driver.js';

const ROWS = 20_000;
const READS = 60_000;
const [turns = '9', other] = process.argv.slice(2);
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const processorMs = (work) => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

function turn(Database, key) {
  const directory = mkdtempSync(join(tmpdir(), 'bench-database-'));
  const database = new Database(join(directory, 'a.sqlite'));
  if (key !== null) {
    database.pragma("cipher = 'sqlcipher'");
    database.pragma('legacy = 4');
    database.key(Buffer.from(`x'${key}'`));
  }
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'cache_size = -32768'])
    database.pragma(pragma);
  database.exec('CREATE TABLE t (id TEXT PRIMARY KEY, name TEXT, words TEXT); CREATE INDEX n ON t (name)');
  const ids = Array.from({ length: ROWS }, () => randomUUID());
  const insert = database.prepare('INSERT INTO t VALUES (?, ?, ?)');
  const find = database.prepare('SELECT * FROM t WHERE id = ?');
  const read = () => {
    for (let n = 0; n < READS; n++) find.get(ids[(n * 7919) % ROWS]);
  };
  const write = processorMs(() => {
    for (let n = 0; n < ROWS; n++) {
      if (n % 32 === 0) database.exec('BEGIN IMMEDIATE');
      insert.run(ids[n], `name ${(n * 7919) % ROWS}`, 'x'.repeat(120));
      if (n % 32 === 31) database.exec('COMMIT');
    }
  });
  const cached = processorMs(read);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.pragma('cache_size = -64');
  const uncached = processorMs(read);
  database.close();
  rmSync(directory, { recursive: true });
  return { write, cached, uncached };
}

const kinds = new Map([
  ['without a key', () => turn(sqliteDriver(), null)],
  ['with a key', () => turn(sqliteDriver(), randomBytes(32).toString('hex'))],
]);
if (other !== undefined) kinds.set('other driver', () => turn(createRequire(import.meta.url)(other), null));
const results = new Map([...kinds.keys()].map((kind) => [kind, []]));
for (let n = 0; n < Number(turns); n++) for (const [kind, run] of kinds) results.get(kind).push(run());
const plain = results.get('without a key');
for (const [kind, figures] of results) {
  const line = Object.keys(plain[0]).map((name) => {
    const ratio = median(figures.map((figure, n) => figure[name] / plain[n][name]));
    return `${name} ${median(figures.map((figure) => figure[name])).toFixed(0)} ms (${ratio.toFixed(2)})`;
  });
  console.log(`${kind}: ${line.join(', ')}`);
}
