import { execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.js';

const INSTALLED = '/usr/lib/postgresql';
/** As on RDS with `rds.force_ssl`: by TLS and password only. The socket is for `createdb`. */
const ADMITTED = 'local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n';

/** A PostgreSQL server from the installed binaries that stands in for RDS. */
export class Postgres {
  readonly host = 'localhost';
  /** The certificate of the server, which is its own authority. */
  readonly certificate: string;

  private constructor(
    private readonly directory: string,
    readonly port: number,
  ) {
    this.certificate = join(directory, 'server.crt');
  }

  /** Starts a server with one user and one database in an empty directory. */
  static async start(directory: string, user: string, password: string, database: string): Promise<Postgres> {
    mkdirSync(directory);
    const server = new Postgres(directory, await freePort());
    const inside = (name: string) => join(directory, name);
    writeFileSync(inside('password'), password);
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-keyout', inside('server.key'), '-out', server.certificate];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    execFileSync('openssl', ['req', '-x509', ...key, '-days', '2', ...subject, ...files], {
      stdio: 'ignore',
    });
    give(directory);
    const trust = ['--auth-local=trust', '--auth-host=scram-sha-256'];
    server.#run(
      'initdb',
      '-D',
      inside('data'),
      '-U',
      user,
      `--pwfile=${inside('password')}`,
      ...trust,
      '-E',
      'UTF8',
    );
    writeFileSync(inside('data/pg_hba.conf'), ADMITTED);
    const tls = { ssl: 'on', ssl_cert_file: server.certificate, ssl_key_file: inside('server.key') };
    const options = {
      ...tls,
      unix_socket_directories: directory,
      listen_addresses: '127.0.0.1',
      port: server.port,
    };
    for (const [name, value] of Object.entries(options))
      appendFileSync(inside('data/postgresql.conf'), `${name} = '${value}'\n`);
    server.#run('pg_ctl', '-D', inside('data'), '-w', '-l', inside('log'), 'start');
    server.#run('createdb', '-h', directory, '-p', String(server.port), '-U', user, database);
    return server;
  }

  stop(): void {
    this.#run('pg_ctl', '-D', join(this.directory, 'data'), '-m', 'immediate', 'stop');
  }

  /** PostgreSQL refuses to run as root. */
  #run(program: string, ...options: string[]): void {
    const [version] = readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a));
    const file = join(INSTALLED, version!, 'bin', program);
    const asPostgres = ['--reuid=postgres', '--regid=postgres', '--clear-groups', file];
    if (process.getuid?.() === 0)
      execFileSync('setpriv', [...asPostgres, ...options], { stdio: 'ignore', cwd: '/' });
    else execFileSync(file, options, { stdio: 'ignore' });
  }
}

/** Gives a directory with its files to the user `postgres`, when this process may. */
function give(directory: string): void {
  if (process.getuid?.() !== 0) return;
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
  );
  for (const name of ['', ...readdirSync(directory)]) chownSync(join(directory, name), uid!, gid!);
}
