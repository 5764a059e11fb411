// Downloads, a range and uploads, from a service with ENCRYPTION_KEY and from one without. Both are measured in turns
// in one run. Processor time is that of all threads of the process. Linux; needs wrk.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processorTime } from './support/processor-time.mjs';
import { register, startService } from './support/server.mjs';
import { median, requestsPerSecond, requestsPerSecondOf } from './support/wrk.mjs';

const ROUNDS = Number(process.argv[2] ?? 5);
const SECONDS = Number(process.argv[3] ?? 3);
const GOALS = { 'download 1 MB': 0.8, 'upload 1 MB': 0.8 };
const RANGE = { range: 'bytes=20000000-20999999' };

const directory = await mkdtemp(join(tmpdir(), 'bench-encryption-'));

async function prepared(environment) {
  const service = await startService(environment);
  const headers = await register(service.url);
  const ids = {};
  for (const [label, size] of Object.entries({ '10 KB': 10_000, '1 MB': 1_000_000, '50 MB': 50_000_000 })) {
    const form = new FormData();
    form.set('file', new Blob([randomBytes(size)]), 'file.bin');
    const answer = await fetch(`${service.url}/api/files`, { method: 'POST', headers, body: form });
    ids[label] = `${service.url}/api/files/${(await answer.json()).id}`;
  }
  const script = join(directory, `${service.pid}.lua`);
  await writeFile(
    script,
    `local file = io.open("${directory}/form", "rb")
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Authorization"] = "${headers.authorization}"
wrk.headers["Content-Type"] = "multipart/form-data; boundary=b"
`,
  );
  const get = (label, clients, more = {}) =>
    requestsPerSecond(ids[label], { ...headers, ...more }, SECONDS, clients);
  return {
    service,
    works: {
      'download 10 KB': () => get('10 KB', 32),
      'download 1 MB': () => get('1 MB', 32),
      'download 50 MB': () => get('50 MB', 4),
      '1 MB of 50 MB': () => get('50 MB', 32, RANGE),
      'upload 1 MB': () =>
        requestsPerSecondOf(script, { url: `${service.url}/api/files`, clients: 8, seconds: SECONDS }),
    },
  };
}

const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="file.bin"\r\n\r\n';
await writeFile(
  join(directory, 'form'),
  Buffer.concat([Buffer.from(head), randomBytes(1_000_000), Buffer.from('\r\n--b--\r\n')]),
);
const plain = await prepared({});
const encrypted = await prepared({ ENCRYPTION_KEY: randomBytes(32).toString('base64') });

async function measure({ service, works }, label) {
  const before = await processorTime(service.pid);
  const rate = await works[label]();
  return { rate, cost: ((await processorTime(service.pid)) - before) / (rate * SECONDS) };
}

const results = Object.fromEntries(Object.keys(plain.works).map((label) => [label, []]));
// The first round warms up and is not counted.
for (let round = 0; round <= ROUNDS; round++) {
  for (const label of Object.keys(results)) {
    const off = await measure(plain, label);
    const on = await measure(encrypted, label);
    if (round > 0) results[label].push({ off, on });
  }
}
await Promise.all([plain.service.stop(), encrypted.service.stop()]);
await rm(directory, { recursive: true });

for (const [label, rounds] of Object.entries(results)) {
  const of = (which, key) => median(rounds.map((round) => round[which][key]));
  const ratio = median(rounds.map(({ off, on }) => on.rate / off.rate));
  const goal = GOALS[label] === undefined ? '' : ` (goal ${GOALS[label]})`;
  console.log(
    `${label.padEnd(15)} without ${of('off', 'rate').toFixed(0)}/s, ${of('off', 'cost').toFixed(0)} µs; ` +
      `with a key ${of('on', 'rate').toFixed(0)}/s, ${of('on', 'cost').toFixed(0)} µs; ratio ${ratio.toFixed(2)}${goal}`,
  );
}
