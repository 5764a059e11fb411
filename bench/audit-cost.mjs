// What the audit trail costs: the same requests to the service with it and without it, in turns. Throughput is wrk's,
// which leaves the other core to the service: a client in JavaScript would take as much of it as the service does.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { register, startService } from './support/server.mjs';
import { median, requestsPerSecondOf } from './support/wrk.mjs';

// Many short rounds: the speed of a virtual machine changes within seconds, and each round compares neighbours.
const ROUNDS = 20;
const SECONDS = 2;
// Rounds that do not count: V8 goes on compiling what is new to it for ten seconds and more.
const WARM_UP = 5;
const CLIENTS = 32;
const SIDES = ['on', 'off'];

/** Renames commit a transaction of their own, downloads record outside one. */
const kinds = {
  'rename (in a transaction)': {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: (turn) => JSON.stringify({ name: `name ${turn}.txt` }),
  },
  'download (outside one)': { method: 'GET', headers: {}, body: () => undefined },
};

const scripts = await mkdtemp(join(tmpdir(), 'bench-'));
const services = {
  on: await startService({ LOG_LEVEL: 'silent' }),
  off: await startService({
    LOG_LEVEL: 'silent',
    NODE_OPTIONS: '--import ./bench/support/without-audit.mjs',
  }),
};
const users = { on: await prepare(services.on), off: await prepare(services.off) };
for (const [name, kind] of Object.entries(kinds)) {
  const script = { on: await scriptOf('on', kind), off: await scriptOf('off', kind) };
  const rates = await inTurns(WARM_UP, (side) =>
    requestsPerSecondOf(script[side], { url: services[side].url, clients: CLIENTS, seconds: SECONDS }),
  );
  const ratio = median(rates.on.map((rate, round) => rate / rates.off[round]));
  const latencies = await inTurns(0, (side) => latenciesOf(services[side], users[side][0], kind));
  const [on, off] = SIDES.map((side) => p99(latencies[side].flat()));
  console.log(
    `${name.padEnd(26)} ${median(rates.on).toFixed(0)}/s on, ${median(rates.off).toFixed(0)}/s off, ` +
      `ratio ${ratio.toFixed(2)} (goal 0.90); one client: p99 ${on.toFixed(1)} ms on, ${off.toFixed(1)} ms off, ` +
      `added ${(on - off).toFixed(1)} ms`,
  );
}
await Promise.all(Object.values(services).map((service) => service.stop()));
await rm(scripts, { recursive: true });

/** Users with a file of 64 kB each. */
async function prepare({ url }) {
  return Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const headers = await register(url);
      const form = new FormData();
      form.set('file', new Blob([Buffer.alloc(64_000, 1)]), 'a.txt');
      const file = await (await fetch(`${url}/api/files`, { method: 'POST', headers, body: form })).json();
      return { headers, path: `/api/files/${file.id}` };
    }),
  );
}

/** A script for wrk in which the users take turns. */
async function scriptOf(side, { method, headers, body }) {
  const list = users[side].map((user) => {
    const fields = Object.entries({ ...user.headers, ...headers }).map(
      ([name, value]) => `["${name}"]="${value}"`,
    );
    return `{"${user.path}", {${fields.join()}}}`;
  });
  const file = join(scripts, `${side}.lua`);
  const text = body('TURN') === undefined ? 'nil' : `string.gsub('${body('TURN')}', 'TURN', turn)`;
  await writeFile(
    file,
    `local users, turn = {${list.join()}}, 0
    request = function()
      turn = turn + 1
      local path, headers = unpack(users[turn % #users + 1])
      local body = ${text}
      return wrk.format("${method}", path, headers, body)
    end`,
  );
  return file;
}

/** What `measure` gives for both sides, round by round. */
async function inTurns(warmUp, measure) {
  const results = { on: [], off: [] };
  for (let round = -warmUp; round < ROUNDS; round++) {
    for (const side of round % 2 ? SIDES : SIDES.toReversed()) {
      const result = await measure(side);
      if (round >= 0) results[side].push(result);
    }
  }
  return results;
}

/** Every latency of one client in milliseconds. */
async function latenciesOf({ url }, user, { method, headers, body }) {
  const latencies = [];
  const until = performance.now() + SECONDS * 1000;
  for (let turn = 0; performance.now() < until; turn++) {
    const begun = performance.now();
    const answer = await fetch(url + user.path, {
      method,
      headers: { ...user.headers, ...headers },
      body: body(turn),
    });
    await answer.arrayBuffer();
    latencies.push(performance.now() - begun);
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
  }
  return latencies;
}

function p99(latencies) {
  return latencies.sort((a, b) => a - b)[Math.floor(latencies.length * 0.99)];
}
