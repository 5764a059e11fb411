// Whether requests notice that the outside witness is frozen: the same renames and lists, in turns with a
// witness in DynamoDB that answers and with one that is stopped. Needs `python3 -m moto.server`.
import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { freePort, register, startService } from './support/server.mjs';

const [rounds = 5, seconds = 6] = process.argv.slice(2).map(Number);
const TABLE = 'witness';
const CLIENTS = 4;

Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' });
const port = await freePort();
const moto = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
  stdio: 'ignore',
});
const endpoint = `http://127.0.0.1:${port}`;
while (!(await fetch(endpoint).catch(() => null))) await delay(100);
await new DynamoDBClient({ endpoint, region: 'us-east-1' }).send(
  new CreateTableCommand({
    TableName: TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'origin', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'origin', KeyType: 'HASH' }],
  }),
);
const service = await startService({
  WITNESS: `dynamodb://${TABLE}`,
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  LOG_LEVEL: 'silent',
});
const headers = { ...(await register(service.url)), 'content-type': 'application/json' };

/** One client: renames the own profile and lists files, in turn. */
async function work(end, times) {
  for (let turn = 0; performance.now() < end; turn++) {
    const begun = performance.now();
    const body = JSON.stringify({ name: `name ${turn}` });
    const answer =
      turn % 2 === 0
        ? await fetch(`${service.url}/api/users/me`, { method: 'PATCH', headers, body })
        : await fetch(`${service.url}/api/files`, { headers });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
    times.push(performance.now() - begun);
  }
}

async function round(times) {
  const end = performance.now() + seconds * 1000;
  await Promise.all(Array.from({ length: CLIENTS }, () => work(end, times)));
}

await round([]);
const times = { answers: [], frozen: [] };
for (let turn = 0; turn < rounds; turn++) {
  await round(times.answers);
  moto.kill('SIGSTOP');
  await round(times.frozen);
  moto.kill('SIGCONT');
  await delay(2000);
}
for (const [name, found] of Object.entries(times)) {
  found.sort((a, b) => a - b);
  const at = (share) => found[Math.floor(share * found.length)].toFixed(1);
  console.log(`witness ${name}: ${found.length} requests, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
}
await service.stop();
moto.kill('SIGKILL');
