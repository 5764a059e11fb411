// What the audit trail costs: the same requests to the service with it and without it, in turns.
import { performance } from 'node:perf_hooks';
import { register, startService } from './support/server.mjs';
import { median } from './support/wrk.mjs';

// Many short rounds: the speed of a virtual machine changes within seconds, and each round compares neighbours.
const ROUNDS = 20;
const SECONDS = 1;
const CLIENTS = Number(process.env.CLIENTS ?? 32);

const services = {
  on: await startService({ LOG_LEVEL: 'silent' }),
  off: await startService({
    LOG_LEVEL: 'silent',
    NODE_OPTIONS: '--import ./bench/support/without-audit.mjs',
  }),
};

/** Renames commit a transaction of their own, downloads record outside one. */
const kinds = {
  'rename (in a transaction)': (url, headers, id, turn) =>
    fetch(`${url}/api/files/${id}`, {
      method: 'PATCH',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ name: `name ${turn}.txt` }),
    }),
  'download (outside one)': (url, headers, id) => fetch(`${url}/api/files/${id}`, { headers }),
};

async function prepare({ url }) {
  return Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const headers = await register(url);
      const form = new FormData();
      form.set('file', new Blob([Buffer.alloc(64_000, 1)]), 'a.txt');
      const file = await (await fetch(`${url}/api/files`, { method: 'POST', headers, body: form })).json();
      return { headers, id: file.id };
    }),
  );
}

/** How many requests were answered, and every latency in milliseconds. */
async function load({ url }, clients, send) {
  const latencies = [];
  const until = performance.now() + SECONDS * 1000;
  await Promise.all(
    clients.map(async ({ headers, id }) => {
      for (let turn = 0; performance.now() < until; turn++) {
        const begun = performance.now();
        const answer = await send(url, headers, id, turn);
        await answer.arrayBuffer();
        latencies.push(performance.now() - begun);
        if (!answer.ok) throw new Error(`answered ${answer.status}`);
      }
    }),
  );
  return latencies;
}

function p99(rounds) {
  const latencies = rounds.flat().sort((a, b) => a - b);
  return latencies[Math.floor(latencies.length * 0.99)];
}

const clients = { on: await prepare(services.on), off: await prepare(services.off) };
for (const [kind, send] of Object.entries(kinds)) {
  const results = { on: [], off: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of round % 2 ? ['on', 'off'] : ['off', 'on']) {
      results[side].push(await load(services[side], clients[side], send));
    }
  }
  const rate = (side) => (median(results[side].map((latencies) => latencies.length)) / SECONDS).toFixed(0);
  const ratio = median(results.on.map((latencies, round) => latencies.length / results.off[round].length));
  const [on, off] = [p99(results.on), p99(results.off)];
  console.log(
    `${kind.padEnd(26)} ${rate('on')}/s on, ${rate('off')}/s off, ratio ${ratio.toFixed(2)} (goal 0.90); ` +
      `p99 ${on.toFixed(1)} ms on, ${off.toFixed(1)} ms off, added ${(on - off).toFixed(1)} ms`,
  );
}
await Promise.all(Object.values(services).map((service) => service.stop()));
