// While 30 clients keep signing in at cost 14: how long everybody else waits, and how fast the excess is refused.
import { register, startService } from './support/server.mjs';

const SECONDS = 20;
const service = await startService({ BCRYPT_COST: '14' });
const { url } = service;
const headers = await register(url);
const form = new FormData();
form.set('file', new Blob([Buffer.alloc(1_000_000, 1)]), 'one-megabyte.bin');
const file = await (await fetch(`${url}/api/files`, { method: 'POST', headers, body: form })).json();

const until = performance.now() + SECONDS * 1000;
const firstBytes = [];
const profiles = [];
const refusals = [];
const counts = { 401: 0, 503: 0 };

async function signIn() {
  while (performance.now() < until) {
    const begun = performance.now();
    const answer = await fetch(`${url}/api/users/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'nobody@example.org', password: 'a wrong passphrase' }),
    });
    await answer.arrayBuffer();
    counts[answer.status]++;
    if (answer.status === 503) {
      refusals.push(performance.now() - begun);
      if (answer.headers.get('retry-after') === null) throw new Error('503 without Retry-After');
      // A client that honours nothing, but does not spin either.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function measure(path, into) {
  while (performance.now() < until) {
    const begun = performance.now();
    const answer = await fetch(url + path, { headers });
    into.push(performance.now() - begun);
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
    await answer.arrayBuffer();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

await Promise.all([
  ...Array.from({ length: 30 }, signIn),
  measure(`/api/files/${file.id}`, firstBytes),
  measure('/api/users/me', profiles),
]);
await service.stop();

const p95 = (values) => values.sort((a, b) => a - b)[Math.floor(values.length * 0.95)]?.toFixed(1);
console.log(`sign-ins answered ${counts[401]}, refused ${counts[503]} (p95 ${p95(refusals)} ms)`);
console.log(`download, first byte  p95 ${p95(firstBytes)} ms of ${firstBytes.length} (goal 500)`);
console.log(`GET /api/users/me     p95 ${p95(profiles)} ms of ${profiles.length} (goal 250)`);
