// Deletes an account with many files and audit entries on SQLite and the local disk: how long the request takes, and
// how long `/health` waits meanwhile.
// node bench/delete-account.mjs [FILES] [ENTRIES]
import { link, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { sqliteDriver } from '../dist/database/sqlite-driver.js';
import { intakeOf } from './support/intake.mjs';
import { startService } from './support/server.mjs';

const FILES = Number(process.argv[2] ?? 60_000);
const ENTRIES = Number(process.argv[3] ?? 300_000);
const HEALTH_EVERY_MS = 5;
const PASSWORD = 'a passphrase for benches';

const { url, storage, stop } = await startService();
const file = join(storage, 'database', 'app.sqlite');
const user = await (
  await send('POST', '/api/users/register', { email: 'leaving@example.org', password: PASSWORD })
).json();
const headers = { authorization: `Bearer ${user.token}` };

await makeFiles();
await makeEntries();

const waits = [];
let watching = true;
const watch = (async () => {
  for (; watching; await delay(HEALTH_EVERY_MS)) {
    const start = performance.now();
    await (await fetch(`${url}/health`)).arrayBuffer();
    waits.push(performance.now() - start);
  }
})();
const begun = performance.now();
const answer = await send('DELETE', '/api/users/me', { password: PASSWORD }, headers);
const answered = performance.now() - begun;
while ((await left()) > 0) await delay(50);
const removed = performance.now() - begun;
watching = false;
await watch;
waits.sort((a, b) => a - b);
console.log(`${FILES} files, ${ENTRIES} entries: answered ${answer.status} after ${seconds(answered)}`);
console.log(
  `all removed after      ${seconds(removed)} (goal ${seconds((FILES / 10_000) * 1000)} and its entries)`,
);
const p99 = waits[Math.floor(waits.length * 0.99)];
console.log(`/health meanwhile      p99 ${p99.toFixed(1)} ms, the slowest ${waits.at(-1).toFixed(1)} ms`);
await stop();

function send(method, path, body, more = {}) {
  return fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', ...more },
    body: JSON.stringify(body),
  });
}

/** Rows and bytes: the row and the bytes of an upload, many times. */
async function makeFiles() {
  const form = new FormData();
  form.set('file', new Blob(['bytes']), 'file.txt');
  await fetch(`${url}/api/files`, { method: 'POST', headers, body: form });
  const database = new (sqliteDriver())(file, { timeout: 30_000 });
  const row = database.prepare('SELECT * FROM files').get();
  const blobs = join(storage, 'blobs');
  const [blob] = (await readdir(blobs, { recursive: true })).filter((name) => name.endsWith(row.blob_key));
  const pathOf = (key) =>
    join(blobs, blob.replaceAll(row.blob_key, key).replace(/^[^/]+(?=\/)/, folderOf(key)));
  const folderOf = (key) => key.slice(-dirname(blob).length);
  const columns = Object.keys(row);
  const insert = database.prepare(
    `INSERT INTO files (${columns.join()}) VALUES (${columns.map((name) => `@${name}`).join()})`,
  );
  const keys = Array.from({ length: FILES - 1 }, () => crypto.randomUUID());
  database.transaction(() => {
    for (const key of keys) insert.run({ ...row, id: crypto.randomUUID(), blob_key: key });
  })();
  database.close();
  for (const key of keys) {
    await mkdir(dirname(pathOf(key)), { recursive: true });
    await link(join(blobs, blob), pathOf(key));
  }
}

async function makeEntries() {
  const intake = await intakeOf(file);
  await intake.fill(ENTRIES, 1, user.user.id);
  while ((await intake.count()) > 0) await delay(500);
  await intake.close();
}

/** Rows and bytes that are still there. */
async function left() {
  const database = new (sqliteDriver())(file, { readonly: true });
  const count = (table) => database.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get().n;
  const rows = count('files') + count('pending_blobs') + count('users');
  database.close();
  const blobs = await readdir(join(storage, 'blobs'), { recursive: true, withFileTypes: true });
  return rows + blobs.filter((entry) => entry.isFile()).length;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}
