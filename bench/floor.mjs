// How much of a bare node:http server's rate is left when Nest on Express answers one route, and when the
// parts that every request of the service needs are added. This is the upper limit for GET /api/users/me.
// Needs wrk.
import { start } from './support/server.mjs';
import { median, requestsPerSecond } from './support/wrk.mjs';

const ROUNDS = 5;
const VARIANTS = {
  'bare node:http': null,
  'Nest, fast adapter': '',
  '+ an async guard': 'guard',
  '+ AsyncLocalStorage': 'guard,context',
  '+ a log line': 'guard,context,log',
};

const servers = {};
for (const [name, parts] of Object.entries(VARIANTS)) {
  servers[name] =
    parts === null
      ? await start('bench/support/bare-server.mjs')
      : await start('bench/support/floor-nest.mjs', { PARTS: parts });
}
const results = Object.fromEntries(Object.keys(VARIANTS).map((name) => [name, []]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, { url }] of Object.entries(servers)) {
    const value = await requestsPerSecond(`${url}/health`, {}, 3);
    if (round > 0) results[name].push(value);
  }
}
await Promise.all(Object.values(servers).map((server) => server.stop()));
const reference = median(results['bare node:http']);
for (const [name, values] of Object.entries(results)) {
  console.log(
    `${name.padEnd(22)} ${median(values).toFixed(0)}/s  ratio ${(median(values) / reference).toFixed(2)}`,
  );
}
