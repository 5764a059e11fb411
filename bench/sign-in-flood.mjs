// One address floods the service at cost 14, first with sign-ins, then with registrations. Measures how long
// others wait, how fast the excess is refused, and for how many hashes of the flood a right password from
// another address waits. Hashes are counted, not timed. Hashes that run in parallel with its own are
// included.
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { register, startService } from './support/server.mjs';
import { median } from './support/wrk.mjs';

const SECONDS = Number(process.env.SECONDS ?? 20);
const CLIENTS = 30;
const FLOODER = '203.0.113.66';
const service = await startService({ BCRYPT_COST: '14', TRUST_PROXY: '1' });
const { url } = service;
const headers = await register(url, 'honest@example.org');
const form = new FormData();
form.set('file', new Blob([Buffer.alloc(1_000_000, 1)]), 'one-megabyte.bin');
const file = await (await fetch(`${url}/api/files`, { method: 'POST', headers, body: form })).json();

async function post(path, address, email, password) {
  const begun = performance.now();
  const answer = await fetch(`${url}/api/users/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify({ email, password }),
  });
  await answer.arrayBuffer();
  return {
    status: answer.status,
    ms: performance.now() - begun,
    retryAfter: answer.headers.get('retry-after'),
  };
}

const honest = (address) => post('login', address, 'honest@example.org', 'a passphrase for benches');

/** A client that ignores Retry-After, with a short pause after each refusal. */
async function flood(path, until, counts, refusals) {
  while (performance.now() < until) {
    const email = path === 'login' ? 'nobody@example.org' : `flood-${crypto.randomUUID()}@example.org`;
    const { status, ms, retryAfter } = await post(path, FLOODER, email, 'a wrong passphrase');
    counts[status] = (counts[status] ?? 0) + 1;
    if (status !== 503 && status !== 429) continue;
    refusals.push(ms);
    if (retryAfter === null) throw new Error(`${status} without Retry-After`);
    await delay(100);
  }
}

async function measure(path, until, into) {
  while (performance.now() < until) {
    const begun = performance.now();
    const answer = await fetch(url + path, { headers });
    into.push(performance.now() - begun);
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
    await answer.arrayBuffer();
    await delay(20);
  }
}

for (const path of ['login', 'register']) {
  const until = performance.now() + SECONDS * 1000;
  const [counts, refusals, firstBytes, profiles, waits] = [{}, [], [], [], []];
  const signIns = async () => {
    await delay(2000);
    for (let turn = 0; performance.now() < until; turn++) {
      const before = hashesOf(counts);
      const { status } = await honest(`198.51.100.${turn}`);
      if (status !== 200) throw new Error(`the right password was answered with ${status}`);
      waits.push(hashesOf(counts) - before);
    }
  };
  await Promise.all([
    ...Array.from({ length: CLIENTS }, () => flood(path, until, counts, refusals)),
    measure(`/api/files/${file.id}`, until, firstBytes),
    measure('/api/users/me', until, profiles),
    signIns(),
  ]);
  console.log(`${CLIENTS} clients of one address at /api/users/${path} for ${SECONDS} s`);
  console.log(`answered ${JSON.stringify(counts)}; refused within p95 ${p95(refusals)} ms`);
  console.log(`download, first byte  p95 ${p95(firstBytes)} ms of ${firstBytes.length} (goal 500)`);
  console.log(`GET /api/users/me     p95 ${p95(profiles)} ms of ${profiles.length} (goal 250)`);
  console.log(
    `a right password from elsewhere waits for ${median(waits)} of its hashes, at most ${Math.max(...waits)} in ${waits.length} sign-ins (goal 2)`,
  );
}
await service.stop();

function hashesOf(counts) {
  return (counts[401] ?? 0) + (counts[201] ?? 0);
}

function p95(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length * 0.95)]?.toFixed(1);
}
