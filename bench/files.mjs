// Downloads of 10 KB, 1 MB and 50 MB, and a list of files, from the service and from bare node:http. The bare
// server streams the same files without authorisation and audit records. Both are measured in turns in one
// run. Processor time is that of all threads of the process. Linux; needs wrk.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processorTime } from './support/processor-time.mjs';
import { register, start, startService } from './support/server.mjs';
import { median, requestsPerSecond } from './support/wrk.mjs';

const ROUNDS = Number(process.argv[2] ?? 5);
const SIZES = { '10 KB': 10_000, '1 MB': 1_000_000, '50 MB': 50_000_000 };
/** With 32 clients, one round of 50 MB files would take minutes. */
const CLIENTS = { '10 KB': 32, '1 MB': 32, '50 MB': 4 };
const GOALS = { '10 KB': '300 µs', '1 MB': '1750 µs', '50 MB': 'ratio 0.7' };

const directory = await mkdtemp(join(tmpdir(), 'bench-files-'));
const bare = await start('bench/support/bare-files.mjs', { FILES: directory });
const service = await startService();
const headers = await register(service.url);
const targets = {};
for (const [label, size] of Object.entries(SIZES)) {
  const bytes = Buffer.alloc(size, label);
  await writeFile(join(directory, String(size)), bytes);
  const form = new FormData();
  form.set('file', new Blob([bytes]), 'file.bin');
  const { id } = await (
    await fetch(`${service.url}/api/files`, { method: 'POST', headers, body: form })
  ).json();
  targets[label] = { bare: `${bare.url}/${size}`, service: `${service.url}/api/files/${id}` };
}

async function measure({ pid }, url, headersOfRequest, clients = 32) {
  const seconds = 4;
  const before = await processorTime(pid);
  const rate = await requestsPerSecond(url, headersOfRequest, seconds, clients);
  const used = (await processorTime(pid)) - before;
  return { rate, cost: used / (rate * seconds) };
}

const results = Object.fromEntries(Object.keys(targets).map((label) => [label, { bare: [], service: [] }]));
const list = [];
// The first round warms up and is not counted.
for (let round = 0; round <= ROUNDS; round++) {
  for (const [label, urls] of Object.entries(targets)) {
    const measured = {
      bare: await measure(bare, urls.bare, {}, CLIENTS[label]),
      service: await measure(service, urls.service, headers, CLIENTS[label]),
    };
    if (round > 0) for (const [name, value] of Object.entries(measured)) results[label][name].push(value);
  }
  const listed = await measure(service, `${service.url}/api/files`, headers);
  if (round > 0) list.push(listed);
}
await Promise.all([bare.stop(), service.stop()]);
await rm(directory, { recursive: true });

const middle = (values, key) => median(values.map((value) => value[key]));
for (const [label, { bare: reference, service: ours }] of Object.entries(results)) {
  const ratio = middle(ours, 'rate') / middle(reference, 'rate');
  console.log(
    `${label.padEnd(6)} bare ${middle(reference, 'rate').toFixed(0)}/s, ${middle(reference, 'cost').toFixed(0)} µs; ` +
      `service ${middle(ours, 'rate').toFixed(0)}/s, ${middle(ours, 'cost').toFixed(0)} µs; ratio ${ratio.toFixed(2)} (goal ${GOALS[label]})`,
  );
}
console.log(`list   service ${middle(list, 'rate').toFixed(0)}/s, ${middle(list, 'cost').toFixed(0)} µs`);
