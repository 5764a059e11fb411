// Small requests against a bare node:http server, measured in turns in one run. Needs wrk.
import { register, start, startService } from './support/server.mjs';
import { median, requestsPerSecond } from './support/wrk.mjs';

const ROUNDS = 5;
const bare = await start('bench/support/bare-server.mjs');
const nest = await start('bench/support/minimal-nest.mjs');
const service = await startService();
const headers = await register(service.url);
const results = { bare: [], nest: [], health: [], me: [] };

// The first round warms up and is not counted.
for (let round = 0; round <= ROUNDS; round++) {
  const measured = {
    bare: await requestsPerSecond(`${bare.url}/health`),
    nest: await requestsPerSecond(`${nest.url}/health`),
    health: await requestsPerSecond(`${service.url}/health`),
    me: await requestsPerSecond(`${service.url}/api/users/me`, headers),
  };
  if (round > 0) for (const [name, value] of Object.entries(measured)) results[name].push(value);
}
await Promise.all([bare.stop(), nest.stop(), service.stop()]);

const reference = median(results.bare);
console.log(`bare node:http      ${reference.toFixed(0)}/s`);
for (const [name, label, goal] of [
  ['nest', 'minimal Nest', null],
  ['health', 'GET /health', 0.6],
  ['me', 'GET /api/users/me', 0.4],
]) {
  const value = median(results[name]);
  const suffix = goal === null ? '' : ` (goal ${goal})`;
  console.log(`${label.padEnd(19)} ${value.toFixed(0)}/s  ratio ${(value / reference).toFixed(2)}${suffix}`);
}
