import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';

const SOURCE = 'deploy/nginx';
const run = promisify(execFile);

export interface Nginx {
  readonly url: string;
  /** With TLS: the port of plain HTTP, which redirects. Otherwise that of `url`. */
  readonly plainPort: number;
  /** With TLS: the folder of the certificate, `fullchain.pem`. */
  readonly certificates: string;
  /** Waits until an instance answers through nginx. */
  ready(): Promise<void>;
  /**
   * Reads the configuration and the certificate again, as `nginx -s reload` does. Resolves when only workers that have read them take
   * new connections.
   */
  reload(): Promise<void>;
  /** What was logged so far: requests, and errors. */
  logs(): Promise<{ readonly access: string; readonly error: string }>;
  stop(): Promise<void>;
}

interface Options {
  /** The ports of the instances. */
  readonly upstreams: readonly number[];
  readonly storage: string;
  readonly tls: boolean;
}

/**
 * nginx with the project's configuration, and with TLS a certificate of `deploy/make-certificate`. Addresses and paths are
 * replaced by those of this machine.
 */
export async function startNginx({ upstreams, storage, tls }: Options): Promise<Nginx> {
  const directory = await mkdtemp(join(tmpdir(), 'nginx-'));
  const certificates = join(directory, 'tls');
  const [plainPort, tlsPort] = [await freePort(), await freePort()];
  const servers = upstreams.map((port) => `    server 127.0.0.1:${port} max_fails=2 fail_timeout=5s;\n`);
  const localised = (text: string) =>
    text
      .replace('worker_processes', 'user root;\ndaemon off;\nworker_processes')
      .replace(/( *server app\d:8080.*\n)+/, servers.join(''))
      .replace('listen 8080;', `listen 127.0.0.1:${plainPort};`)
      .replace('listen 8443 ', `listen 127.0.0.1:${tlsPort} `)
      .replaceAll(/ *listen \[::\].*\n/g, '')
      .replaceAll('/tmp/nginx', join(directory, 'nginx'))
      .replaceAll('/var/lib/storage', storage)
      .replace('access_log /dev/stdout json', `access_log ${join(directory, 'access.log')} json`)
      .replace('error_log stderr warn', `error_log ${join(directory, 'error.log')} warn`);
  const sources = {
    'nginx.conf': 'nginx.conf',
    'service.conf': 'service.conf',
    'problem.conf': 'problem.conf',
    'server.conf': tls ? 'tls.conf' : 'plain.conf',
  };
  for (const [file, source] of Object.entries(sources))
    await writeFile(join(directory, file), localised(await readFile(join(SOURCE, source), 'utf8')));
  if (tls) await run('deploy/make-certificate', [certificates]);

  const url = tls ? `https://localhost:${tlsPort}` : `http://127.0.0.1:${plainPort}`;
  const child = spawn('nginx', ['-c', join(directory, 'nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
  failed.catch(() => undefined);
  return {
    url,
    plainPort,
    certificates,
    ready: async () => {
      for (let attempt = 0; attempt < 200; attempt++) {
        if (await Promise.race([failed, answers(`${url}/health`)])) return;
        if (child.exitCode !== null) break;
        await delay(50);
      }
      throw new Error('nginx does not start');
    },
    reload: async () => {
      const before = await workersOf(child.pid!);
      child.kill('SIGHUP');
      while ((await workersOf(child.pid!)).some((worker) => before.includes(worker))) await delay(20);
    },
    logs: async () => ({
      access: await readFile(join(directory, 'access.log'), 'utf8'),
      error: await readFile(join(directory, 'error.log'), 'utf8'),
    }),
    stop: async () => {
      child.kill('SIGQUIT');
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The processes of an nginx that take connections. One that is shutting down has another title. */
async function workersOf(master: number): Promise<string[]> {
  const children = (await readFile(`/proc/${master}/task/${master}/children`, 'utf8')).split(' ');
  const titles = await Promise.all(
    // An empty one has ended meanwhile.
    children.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return children.filter((_, index) => /worker process\s*\0*$/.test(titles[index]!));
}

/** Whether the address answers 200. The certificate is not looked at. */
function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = url.startsWith('https:')
      ? requestTls(url, { rejectUnauthorized: false, agent: false })
      : requestPlain(url, { agent: false });
    request.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('error', () => resolve(false));
    request.end();
  });
}
