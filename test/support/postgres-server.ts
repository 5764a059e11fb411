import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './free-port.js';

const INSTALLED = '/usr/lib/postgresql';

/** A new PostgreSQL server from the installed binaries, which tests can stop, freeze and kill. */
export class PostgresServer {
  #child: ChildProcess | null = null;

  private constructor(
    private readonly directory: string,
    private readonly port: number,
  ) {}

  /** A new cluster on a free port. */
  static async create(): Promise<PostgresServer> {
    const directory = await mkdtemp(join(tmpdir(), 'postgres-'));
    if (process.getuid?.() === 0) await chown(directory, ...idsOf('postgres'));
    const server = new PostgresServer(directory, await freePort());
    execFileSync(
      ...asPostgres('initdb', [
        '-D',
        server.data,
        '-A',
        'trust',
        '-U',
        'postgres',
        '-E',
        'UTF8',
        '--locale=C',
      ]),
      {
        stdio: 'ignore',
      },
    );
    await server.start();
    return server;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  async start(): Promise<void> {
    const flags = [
      '-D',
      this.data,
      '-p',
      String(this.port),
      '-k',
      this.directory,
      '-h',
      '127.0.0.1',
      '-c',
      'max_connections=200',
    ];
    // Without a wrapper process, so that signals reach the server itself.
    this.#child = spawn(...asPostgres('postgres', flags), { stdio: 'ignore' });
    for (let attempt = 0; attempt < 200; attempt++) {
      if (await this.#answers()) return;
      await delay(50);
    }
    throw new Error('PostgreSQL does not start');
  }

  /** Stops like `pg_ctl -m immediate`: connections are cut without a message. */
  async stopImmediately(): Promise<void> {
    this.#signal('SIGQUIT');
    await this.#ended();
  }

  /** Stops all of its processes (SIGSTOP), or continues them. */
  freeze(frozen: boolean): void {
    const pids = execFileSync('pgrep', ['-f', this.data]).toString().trim().split('\n').map(Number);
    const children = pids.flatMap(childrenOf);
    for (const pid of new Set([...pids, ...children])) {
      if (pid !== process.pid) process.kill(pid, frozen ? 'SIGSTOP' : 'SIGCONT');
    }
  }

  async remove(): Promise<void> {
    await this.stopImmediately();
    await rm(this.directory, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.directory, 'data');
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = Number(execFileSync('head', ['-1', join(this.data, 'postmaster.pid')]).toString());
    process.kill(pid, signal);
  }

  async #ended(): Promise<void> {
    if (this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null) {
      await once(this.#child, 'exit');
    }
  }

  async #answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 1000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return true;
    } catch {
      // Not yet.
      return false;
    }
  }
}

/** PostgreSQL refuses to run as root. */
function asPostgres(program: string, args: string[]): [string, string[]] {
  const [version] = readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a));
  if (version === undefined) throw new Error(`no PostgreSQL below ${INSTALLED}`);
  const path = join(INSTALLED, version, 'bin', program);
  return process.getuid?.() === 0
    ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', path, ...args]]
    : [path, args];
}

function idsOf(user: string): [number, number] {
  const id = (flag: string) => Number(execFileSync('id', [flag, user]).toString());
  return [id('-u'), id('-g')];
}

function childrenOf(pid: number): number[] {
  try {
    return execFileSync('pgrep', ['-P', String(pid)])
      .toString()
      .trim()
      .split('\n')
      .map(Number);
  } catch {
    // pgrep fails when there are none.
    return [];
  }
}
