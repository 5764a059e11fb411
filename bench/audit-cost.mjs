// The cost of the audit trail: the same requests to the service with it and without it, in turns, over
// several starts of both. wrk measures throughput because it leaves the other core to the service. A client
// in JavaScript would need as much of it as the service.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { register, startService } from './support/server.mjs';
import { median, requestsPerSecondOf } from './support/wrk.mjs';

// Two starts of the same build differ by up to 15 % for as long as they run, so several starts are needed.
const STARTS = 6;
// Rounds are short, because the speed of a virtual machine changes within seconds. They are ten times as long
// as the time that the sequencer gathers records, because work after the end of a round is not measured.
const ROUNDS = 4;
const SECONDS = 5;
const LATENCY_SECONDS = 2;
// Rounds that are not counted: V8 compiles new code for more than ten seconds.
const FIRST_WARM_UP = 3;
const WARM_UP = 1;
const CLIENTS = 32;
const SIDES = ['on', 'off'];
const FILE_BYTES = 64_000;

const JSON_TYPE = { 'content-type': 'application/json' };
const BOUNDARY = 'a-line-that-no-file-has';
const rename = {
  method: 'PATCH',
  headers: JSON_TYPE,
  body: (turn) => JSON.stringify({ name: `name ${turn}.txt` }),
};
const download = { method: 'GET' };
const upload = {
  method: 'POST',
  path: '/api/files',
  headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
  body: () =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="b.txt"\r\n\r\n${'b'.repeat(FILE_BYTES)}\r\n--${BOUNDARY}--\r\n`,
};

/**
 * The requests of the clients, in turn. A rename commits a transaction of its own. A download records outside
 * a transaction. The mixture is the walk of the README, at the end of which the uploaded file is deleted.
 */
const kinds = {
  mixture: [
    upload,
    { method: 'GET', path: '/api/files' },
    { method: 'GET', suffix: '/metadata' },
    download,
    rename,
    { method: 'GET', path: '/api/users/me' },
    { method: 'DELETE', uploaded: true },
  ],
  'rename (in a transaction)': [rename],
  'download (outside one)': [download],
};

/** Remembers the upload: the path of the file and the token of its owner. */
const RESPONSE = `
    response = function(status, headers, body)
      if status ~= 201 then return end
      local id, owner = string.match(body, '"id":"([^"]+)"'), string.match(body, '"user_id":"([^"]+)"')
      table.insert(uploaded, {"/api/files/" .. id, owners[owner]})
    end`;

const single = ['rename (in a transaction)', 'download (outside one)'];
const rates = new Map(Object.keys(kinds).map((name) => [name, { on: [], off: [] }]));
const slowest = new Map(single.map((name) => [name, { on: [], off: [] }]));
const scripts = await mkdtemp(join(tmpdir(), 'bench-'));
for (let turn = 0; turn < STARTS; turn++) await measureOneStart();
await rm(scripts, { recursive: true });

for (const [name, sides] of rates) {
  const ratio = median(sides.on.map((rate, round) => rate / sides.off[round]));
  const [on, off] = SIDES.map((side) => `${median(sides[side]).toFixed(0)}/s ${side}`);
  console.log(`${name.padEnd(26)} ${on}, ${off}, ratio ${ratio.toFixed(2)} (goal 0.90), ${startsOf(sides)}`);
}
for (const [name, sides] of slowest) {
  const added = median(sides.on.map((on, round) => on - sides.off[round]));
  const [on, off] = SIDES.map((side) => median(sides[side]));
  console.log(
    `${name.padEnd(26)} one client: p99 ${on.toFixed(1)} ms on, ${off.toFixed(1)} ms off, added ${added.toFixed(1)} ms`,
  );
}

/**
 * Starts the service with the trail and without it, and adds the results of its rounds to `rates` and
 * `slowest`.
 */
async function measureOneStart() {
  const services = {
    on: await startService({ LOG_LEVEL: 'silent' }),
    off: await startService({
      LOG_LEVEL: 'silent',
      NODE_OPTIONS: '--import ./bench/support/without-audit.mjs',
    }),
  };
  const users = { on: await prepare(services.on), off: await prepare(services.off) };
  for (const [name, kind] of Object.entries(kinds)) {
    const script = { on: await scriptOf(users, 'on', kind), off: await scriptOf(users, 'off', kind) };
    await inTurns(rates.get(name), name === 'mixture' ? FIRST_WARM_UP : WARM_UP, (side) =>
      requestsPerSecondOf(script[side], { url: services[side].url, clients: CLIENTS, seconds: SECONDS }),
    );
  }
  for (const name of single) {
    const [kind] = kinds[name];
    await inTurns(slowest.get(name), WARM_UP, async (side) =>
      p99(await latenciesOf(services[side], users[side][0], kind)),
    );
  }
  await Promise.all(Object.values(services).map((service) => service.stop()));
}

/** The ratio of each start. */
function startsOf({ on, off }) {
  const ratios = on.map((rate, round) => rate / off[round]);
  const each = Array.from({ length: STARTS }, (_, turn) =>
    median(ratios.slice(turn * ROUNDS, (turn + 1) * ROUNDS)),
  );
  return `by start ${each.map((ratio) => ratio.toFixed(2)).join(' ')}`;
}

/** Users with one file each. */
async function prepare({ url }) {
  return Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const headers = await register(url);
      const form = new FormData();
      form.set('file', new Blob([Buffer.alloc(FILE_BYTES, 1)]), 'a.txt');
      const file = await (await fetch(`${url}/api/files`, { method: 'POST', headers, body: form })).json();
      return { headers, id: file.user_id, path: `/api/files/${file.id}` };
    }),
  );
}

/** A script for wrk: the users take turns, each with the next request. */
async function scriptOf(users, side, kind) {
  const list = users[side].map(({ path, headers }) => `{${lua(path)}, ${lua(headers.authorization)}}`);
  const owners = users[side].map(({ id, headers }) => `[${lua(id)}]=${lua(headers.authorization)}`);
  const steps = kind.map(
    ({ method, path, suffix = '', headers = {}, body = () => undefined, uploaded = false }) =>
      `{method=${lua(method)}, path=${lua(path)}, suffix=${lua(suffix)}, type=${lua(headers['content-type'])}, ` +
      `body=${lua(body('TURN'))}, uploaded=${uploaded}}`,
  );
  const file = join(scripts, `${side}.lua`);
  await writeFile(
    file,
    `local users, steps, turn, uploaded = {${list.join()}}, {${steps.join()}}, 0, {}
    local owners = {${owners.join()}}
    request = function()
      turn = turn + 1
      local step = steps[turn % #steps + 1]
      local path, token = unpack(users[turn % #users + 1])
      path = step.path or path .. step.suffix
      if step.uploaded then
        -- The answer to the upload tells which; until the first has come, there is nothing to delete.
        local last = table.remove(uploaded)
        if last == nil then return wrk.format("GET", "/api/files", {["authorization"]=token}) end
        path, token = unpack(last)
      end
      local body = step.body and string.gsub(step.body, "TURN", turn)
      return wrk.format(step.method, path, {["authorization"]=token, ["content-type"]=step.type}, body)
    end
    ${kind.some(({ uploaded }) => uploaded) ? RESPONSE : ''}`,
  );
  return file;
}

function lua(value) {
  return value === undefined ? 'nil' : JSON.stringify(value);
}

/** Adds the result of `measure` for both sides to `results`, round by round. */
async function inTurns(results, warmUp, measure) {
  for (let round = -warmUp; round < ROUNDS; round++) {
    for (const side of round % 2 ? SIDES : SIDES.toReversed()) {
      const result = await measure(side);
      if (round >= 0) results[side].push(result);
    }
  }
}

/**
 * All latencies of one client in milliseconds. It uses `node:http`, because `fetch` has pauses that are
 * longer than the measured time.
 */
async function latenciesOf({ url }, user, { method, headers = {}, body = () => undefined }) {
  const agent = new Agent({ keepAlive: true });
  const options = { agent, method, headers: { ...user.headers, ...headers } };
  const latencies = [];
  const until = performance.now() + LATENCY_SECONDS * 1000;
  for (let turn = 0; performance.now() < until; turn++) {
    const begun = performance.now();
    await new Promise((resolve, reject) => {
      const asked = request(url + user.path, options, (answer) => {
        if (answer.statusCode >= 300) reject(new Error(`answered ${answer.statusCode}`));
        answer.resume().once('end', resolve).once('error', reject);
      });
      asked.once('error', reject).end(body(turn));
    });
    latencies.push(performance.now() - begun);
  }
  agent.destroy();
  return latencies;
}

function p99(latencies) {
  return latencies.sort((a, b) => a - b)[Math.floor(latencies.length * 0.99)];
}
