// A million entries: how fast they enter the log, how long a page of 50 takes at any depth and with any
// filter, how fast they are exported and with how much memory, how fast the export is verified offline and
// the database checked.
// node bench/audit-log.mjs [ENTRIES]           on SQLite, or on DATABASE_URL (an empty database)
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { intakeOf } from './support/intake.mjs';
import { measureFilters } from './support/filtered-pages.mjs';
import { startService } from './support/server.mjs';

const ENTRIES = Number(process.argv[2] ?? 1_000_000);
const SUBJECTS = 1000;
// With 1000 pages p99 is the tenth slowest. The first few are slow because their code is new to V8.
const PAGES = 1000;
// Vacuums the intake and makes statistics as often as PostgreSQL's autovacuum, which the server of a test may
// have switched off.
const AUTOVACUUM_NAPTIME_MS = 60_000;

const environment = process.env.DATABASE_URL ? { DATABASE_URL: process.env.DATABASE_URL } : {};
const service = await startService(environment);
const { url, storage, pid } = service;

const credentials = { email: 'auditor@example.org', password: 'a passphrase for benches' };
const post = (path, body, headers = {}) =>
  fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }).then((answer) => answer.json());
await post('/api/users/register', credentials);
await execute('cli', ['grant-role', credentials.email, 'auditor']);
const { token } = await post('/api/users/login', credentials);
const headers = { authorization: `Bearer ${token}` };

const intake = await intakeOf(process.env.DATABASE_URL ?? join(storage, 'database', 'app.sqlite'));
await intake.fill(ENTRIES, SUBJECTS);
const begun = performance.now();
let waiting = await intake.count();
const filled = waiting;
let vacuumed = begun;
while (waiting > 0) {
  await delay(500);
  waiting = await intake.count();
  if (performance.now() - vacuumed > AUTOVACUUM_NAPTIME_MS) {
    await intake.vacuum();
    vacuumed = performance.now();
  }
}
const seconds = (performance.now() - begun) / 1000;
await intake.vacuum();
await intake.close();
report(
  'sequencer',
  `${rate(filled, seconds)} entries/s over ${filled}`,
  process.env.DATABASE_URL ? 8000 : 5000,
);

const times = [];
let [path, page] = ['/api/audit/logs?limit=50', 0];
// Single steps near the top, then jumps. A cursor is the base64url of an id, and ids sort by time.
for (; page < PAGES; page++) {
  const start = performance.now();
  const answer = await fetch(url + path, { headers });
  const rows = await answer.json();
  times.push(performance.now() - start);
  if (rows.length === 0) throw new Error(`an empty page at ${path}`);
  const cursor = Buffer.from(intake.idAt(Math.floor(Math.random() * ENTRIES) + 50)).toString('base64url');
  path =
    page % 2
      ? /<([^>]+)>/.exec(answer.headers.get('link') ?? '<>')[1]
      : `/api/audit/logs?limit=50&cursor=${cursor}`;
}
times.sort((a, b) => a - b);
report(
  'page of 50, any depth',
  `p50 ${ms(times[PAGES * 0.5])}, p99 ${ms(times[PAGES * 0.99])}, the slowest ${ms(times.at(-1))}`,
  '20 ms',
);

await measureFilters({ url, headers, entries: ENTRIES, idAt: intake.idAt, report });

const idle = await residentMegabytes();
let most = 0;
const watch = setInterval(() => void residentMegabytes().then((now) => (most = Math.max(most, now))), 100);
const whole = await exported('whole.ndjson');
const selection = await exported('selection.ndjson', '?action=FILE_UPLOAD');
clearInterval(watch);
report('export', `${rate(whole.rows, whole.seconds)} rows/s, ${Math.round(whole.bytes / 1e6)} MB`, 15_000);
report(
  'export with proofs',
  `${rate(selection.rows, selection.seconds)} rows/s, ${Math.round(selection.bytes / 1e6)} MB`,
);
report('export, resident memory', `${idle} MB before, at most ${most} MB`, 'flat');

const [{ vkey }] = await (await fetch(`${url}/api/audit/keys`)).json();
await judge('offline verification', 'audit-verify', [whole.file, '--key', vkey], '30 s, 250 MB');
await judge('the same with proofs', 'audit-verify', [selection.file, '--key', vkey, '--expect', 'selection']);
await judge('check of the database', 'audit-check', []);
await service.stop();

/** Writes the auditor's export for `query` into a file with this name. */
async function exported(name, query = '') {
  const file = join(storage, name);
  const begun = performance.now();
  const answer = await fetch(`${url}/api/audit/export${query}`, { headers });
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(file));
  const seconds = (performance.now() - begun) / 1000;
  const { size: bytes } = await stat(file);
  return { file, bytes, seconds, rows: await rowsIn(file, bytes) };
}

/** The number of rows in the last line of an export. */
async function rowsIn(file, bytes) {
  const handle = await open(file);
  const { buffer, bytesRead } = await handle.read({
    position: Math.max(0, bytes - 4096),
    buffer: Buffer.alloc(4096),
  });
  await handle.close();
  const lines = buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n');
  return JSON.parse(lines.at(-1)).rows;
}

/** Reports the output, duration and memory of a command. */
async function judge(what, program, args, goal) {
  const begun = performance.now();
  const { output, megabytes } = await execute(program, args);
  const seconds = (performance.now() - begun) / 1000;
  report(what, `${seconds.toFixed(1)} s, ${megabytes} MB: ${output.trim()}`, goal);
}

/** Runs a built command on the same storage. Returns its output and its highest memory use. */
async function execute(program, args) {
  const child = spawn(process.execPath, [join('dist', 'cli', `${program}.js`), ...args], {
    env: { ...process.env, STORAGE_PATH: storage, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let megabytes = 0;
  child.stdout.on('data', (chunk) => (output += chunk));
  const watcher = setInterval(
    () => void residentMegabytes(child.pid).then((now) => (megabytes = Math.max(megabytes, now))),
    50,
  );
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watcher);
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${output}`);
  return { output, megabytes };
}

async function residentMegabytes(of = pid) {
  const status = await readFile(`/proc/${of}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

function rate(count, inSeconds) {
  return Math.round(count / inSeconds);
}

function ms(value) {
  return `${value.toFixed(1)} ms`;
}

function report(what, result, goal) {
  console.log(`${what.padEnd(24)} ${result}${goal === undefined ? '' : ` (goal ${goal})`}`);
}
