// Whether the time of an answer to a forgotten password reveals that an account exists: 60 requests of each kind, in turns.
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { SMTPServer } from 'smtp-server';
import { register, startService } from './support/server.mjs';
import { median } from './support/wrk.mjs';

const TRIES = 60;
// Requests that do not count: V8 goes on compiling what is new to it.
const WARM_UP = 20;

const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  onData: (stream, _session, done) => stream.on('end', done).resume(),
});
await once(smtp.listen(0, '127.0.0.1'), 'listening');
const service = await startService({
  SMTP_URL: `smtp://127.0.0.1:${smtp.server.address().port}`,
  MAIL_FROM: 'files@example.org',
  TRUST_PROXY: '1',
});
for (let turn = 0; turn < TRIES + WARM_UP; turn++) await register(service.url, `known-${turn}@example.org`);

/** Asks from an address of its own, because one network may cause only so many mails. */
async function timeOf(kind, turn) {
  const begun = performance.now();
  const answer = await fetch(`${service.url}/api/auth/password-reset`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${turn}` },
    body: JSON.stringify({ email: `${kind}-${turn}@example.org` }),
  });
  await answer.arrayBuffer();
  if (answer.status !== 202) throw new Error(`answered ${answer.status}`);
  return performance.now() - begun;
}

const times = { known: [], unknown: [] };
for (let turn = 0; turn < TRIES + WARM_UP; turn++) {
  const [first, second] = turn % 2 === 0 ? ['known', 'unknown'] : ['unknown', 'known'];
  const measured = { [first]: await timeOf(first, turn), [second]: await timeOf(second, turn) };
  if (turn >= WARM_UP) for (const [kind, ms] of Object.entries(measured)) times[kind].push(ms);
}
await service.stop();
await new Promise((resolve) => smtp.close(resolve));
const [known, unknown] = [median(times.known), median(times.unknown)];
console.log(
  `known e-mail ${known.toFixed(1)} ms, unknown ${unknown.toFixed(1)} ms, ratio ${(known / unknown).toFixed(3)} (goal within 10 %)`,
);
