// Whether the time of a refused sign-in reveals that an account exists: 60 attempts of each kind, in turns.
import { performance } from 'node:perf_hooks';
import { register, startService } from './support/server.mjs';
import { median } from './support/wrk.mjs';

const TRIES = 60;
const service = await startService({ BCRYPT_COST: process.env.BCRYPT_COST ?? '14' });
await register(service.url, 'known@example.org');

async function timeOf(email) {
  const begun = performance.now();
  const answer = await fetch(`${service.url}/api/users/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'a wrong passphrase' }),
  });
  await answer.arrayBuffer();
  if (answer.status !== 401) throw new Error(`answered ${answer.status}`);
  return performance.now() - begun;
}

const times = { known: [], unknown: [] };
for (let i = 0; i < TRIES; i++) {
  times.known.push(await timeOf('known@example.org'));
  times.unknown.push(await timeOf(`unknown-${i}@example.org`));
}
await service.stop();
const [known, unknown] = [median(times.known), median(times.unknown)];
console.log(
  `known e-mail ${known.toFixed(1)} ms, unknown ${unknown.toFixed(1)} ms, ratio ${(known / unknown).toFixed(3)} (goal within 10 %)`,
);
