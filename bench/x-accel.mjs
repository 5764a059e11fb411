// Downloads of 1 MB that an instance authorises and nginx sends, compared with nginx serving the same file
// statically. There is one instance on the embedded database behind nginx with deploy/nginx. With an empty
// PostgreSQL database in DATABASE_URL there are three instances on it. Needs nginx and wrk.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, register, start } from './support/server.mjs';
import { median, requestsPerSecond } from './support/wrk.mjs';

const INSTANCES = process.env.DATABASE_URL === undefined ? 1 : 3;
const ROUNDS = 5;
// Each instance needs some thousand requests until V8 has compiled its code.
const WARM_UP_SECONDS = 30;
const storage = await mkdtemp(join(tmpdir(), 'bench-'));
const environment = {
  STORAGE_PATH: storage,
  ...(process.env.DATABASE_URL === undefined ? {} : { DATABASE_URL: process.env.DATABASE_URL }),
  BCRYPT_COST: '10',
  RATE_LIMIT_PER_MINUTE: '0',
  TRUST_PROXY: '1',
  DOWNLOAD_OFFLOAD: 'x-accel',
  LOG_LEVEL: 'info',
};
const instances = [];
for (let i = 0; i < INSTANCES; i++) instances.push(await start('dist/main.js', environment));

const port = await freePort();
const directory = await mkdtemp(join(tmpdir(), 'nginx-'));
await mkdir(join(directory, 'logs'));
const servers = instances.map(({ url }) => `    server ${new URL(url).host};`).join('\n');
const files = { 'nginx.conf': 'nginx.conf', 'service.conf': 'service.conf', 'problem.conf': 'problem.conf' };
for (const [file, source] of Object.entries({ ...files, 'server.conf': 'plain.conf' })) {
  const configuration = (await readFile(join('deploy/nginx', source), 'utf8'))
    .replace('worker_processes', 'user root;\ndaemon off;\nworker_processes')
    .replace(/( *server app\d:8080.*\n)+/, `${servers}\n`)
    .replace('listen 8080;', `listen 127.0.0.1:${port};`)
    .replace('  listen [::]:8080;\n', '')
    .replaceAll('/tmp/nginx', join(directory, 'nginx'))
    .replaceAll('/var/lib/storage', storage)
    .replace('/dev/stdout json', `${join(directory, 'access.log')} json`)
    // The reference: the same bytes from the same nginx, without authorisation.
    .replace('location / {', `location /static/ { alias ${storage}/blobs/; }\nlocation / {`);
  await writeFile(join(directory, file), configuration);
}
const nginx = spawn('nginx', ['-c', join(directory, 'nginx.conf'), '-e', 'stderr'], { stdio: 'inherit' });
const url = `http://127.0.0.1:${port}`;
for (let i = 0; i < 100; i++) {
  if (
    await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
  )
    break;
  await delay(50);
}

const headers = await register(url);
const form = new FormData();
form.set('file', new Blob([Buffer.alloc(1_000_000, 7)]), 'one-megabyte.bin');
const { id } = await (await fetch(`${url}/api/files`, { method: 'POST', headers, body: form })).json();
const [shard] = await readdir(join(storage, 'blobs'));
const [blob] = await readdir(join(storage, 'blobs', shard));

const results = { handed: [], static: [] };
await requestsPerSecond(`${url}/api/files/${id}`, headers, WARM_UP_SECONDS);
for (let round = 0; round < ROUNDS; round++) {
  const measured = {
    static: await requestsPerSecond(`${url}/static/${shard}/${blob}`),
    handed: await requestsPerSecond(`${url}/api/files/${id}`, headers),
  };
  for (const [name, value] of Object.entries(measured)) results[name].push(value);
}
nginx.kill('SIGTERM');
await Promise.all(instances.map((instance) => instance.stop()));
await rm(storage, { recursive: true });
await rm(directory, { recursive: true });
const [handed, reference] = [median(results.handed), median(results.static)];
console.log(
  `nginx, statically ${reference.toFixed(0)}/s; handed over by an instance ${handed.toFixed(0)}/s; ratio ${(handed / reference).toFixed(2)} (goal 0.6)`,
);
