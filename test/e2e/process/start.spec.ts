import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSymmetricKey } from '../../../src/config/secret-sources.js';
import { Client } from '../../support/client.js';
import { ENCRYPTION } from '../../support/encryption-key.js';
import { runProgram, startProgram } from '../../support/process.js';
import { filePart, multipart, openRaw, statusOf, uploadHead } from '../../support/raw-http.js';

describe('start', () => {
  let storage: string;
  const fresh = async () => (storage = await mkdtemp(join(tmpdir(), 'start-')));
  afterEach(() => rm(storage, { recursive: true, force: true }));

  it('reports all faults of the configuration, shows no secret, and exits with 1', async () => {
    const secret = 'short-secret-value';
    const service = await runProgram({
      STORAGE_PATH: await fresh(),
      NODE_ENV: 'production',
      JWT_SECRET: secret,
      PORT: 'eighty',
      BCRYPT_COST: '4',
      JWT_TTL: 'soon',
      CORS_ORIGINS: 'example.org',
      DATABASE_URL: 'mysql://x',
    });
    expect(await service.ended).toBe(1);
    for (const name of ['JWT_SECRET', 'PORT', 'BCRYPT_COST', 'JWT_TTL', 'CORS_ORIGINS', 'DATABASE_URL']) {
      expect(service.output()).toContain(`- ${name} `);
    }
    expect(service.output()).not.toContain(secret);
  });

  it.each([
    ['absent', {}],
    ['short', { JWT_SECRET: 'only-31-bytes-long-secret-abcde' }],
    ['the specification’s own default', { JWT_SECRET: 'change-this-in-production-use-env-var' }],
    ['a placeholder', { JWT_SECRET: 'change-me-change-me-change-me-please' }],
    ['monotonous', { JWT_SECRET: 'ababababababababababababababababab' }],
  ])('security.md: secrets: refuses in production a secret that is %s', async (_, environment) => {
    const service = await runProgram({
      STORAGE_PATH: await fresh(),
      NODE_ENV: 'production',
      JWT_SECRET: '',
      ...environment,
    });
    expect(await service.ended).toBe(1);
    expect(service.output()).toContain('JWT_SECRET');
    if ('JWT_SECRET' in environment) expect(service.output()).not.toContain(environment.JWT_SECRET);
  });

  it('makes a secret outside production, readable only by its owner, and uses it again', async () => {
    await fresh();
    const first = await startProgram({ STORAGE_PATH: storage, JWT_SECRET: '' });
    const path = join(storage, 'keys', 'jwt-secret');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const client = new Client(first.url);
    await client.register('kept@example.org', 'a long enough passphrase');
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(first.output()).toContain('JWT_SECRET is not set');
    expect(first.output()).not.toContain(await readFile(path, 'utf8'));
    const second = await startProgram({ STORAGE_PATH: storage, JWT_SECRET: '' });
    Object.assign(client, { url: second.url });
    expect((await client.json('GET', '/api/users/me')).status).toBe(200);
    second.child.kill('SIGTERM');
    await second.ended;
  });

  it('does not start without the key of an encrypted installation, in one message', async () => {
    await fresh();
    const key = newSymmetricKey();
    const service = await startProgram({ STORAGE_PATH: storage, ENCRYPTION_KEY: key });
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    for (const ENCRYPTION_KEY of ['', newSymmetricKey()]) {
      const refused = await runProgram({ STORAGE_PATH: storage, ENCRYPTION_KEY });
      expect(await refused.ended).toBe(1);
      expect(refused.output()).toMatch(/^The configuration has 1 fault\(s\):\n {2}- ENCRYPTION_KEY .*\n$/);
    }
    expect(service.output()).not.toContain(key);
  });

  it('keeps no secret that a full disk cut short, and makes one when there is space', async () => {
    await fresh();
    const environment = { STORAGE_PATH: storage, JWT_SECRET: '' };
    const full = await runProgram(environment, "trap '' XFSZ; ulimit -f 0");
    expect(await full.ended).toBe(1);
    expect(full.output()).toContain('STORAGE_PATH cannot hold');
    expect(await readdir(join(storage, 'keys'))).toEqual([]);
    const service = await startProgram(environment);
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    expect((await readdir(join(storage, 'keys'))).sort()).toEqual([
      'audit-signing-key.pem',
      'ENCRYPTION_KEY' in ENCRYPTION ? 'database-key' : 'factor-key',
      'jwt-secret',
    ]);
  });

  it('does not sign with an empty secret', async () => {
    await fresh();
    await mkdir(join(storage, 'keys'));
    await writeFile(join(storage, 'keys', 'jwt-secret'), '');
    const service = await runProgram({ STORAGE_PATH: storage, JWT_SECRET: '' });
    expect(await service.ended).toBe(1);
    expect(service.output()).toContain('jwt-secret must be at least 32 bytes');
  });

  it('security.md: secrets: leaves a canary password and token nowhere', async () => {
    await fresh();
    const service = await startProgram({ STORAGE_PATH: storage, LOG_LEVEL: 'trace' });
    const client = new Client(service.url);
    const canary = 'canary-passphrase-7f3a';
    await client.register('canary@example.org', canary);
    await client.signIn(client.email, `${canary}-wrong`);
    await client.signIn(canary, canary);
    await client.upload('content-canary-91c2');
    await client.json('GET', `/api/users/me?password=${canary}`);
    await client.json('POST', '/api/users/register', `{"password":"${canary}"`);
    const trail = JSON.stringify(await client.trail());
    const metrics = await (await client.fetch('/metrics')).text();
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    const files = ['app.sqlite', 'app.sqlite-wal'].map((name) =>
      readFile(join(storage, 'database', name), 'latin1').catch(() => ''),
    );
    const everywhere = [service.output(), trail, metrics, ...(await Promise.all(files))].join('\n');
    for (const secret of [canary, client.token, client.token.split('.')[2]!])
      expect(everywhere).not.toContain(secret);
  });

  it('changes nothing when another process has its port', async () => {
    await fresh();
    const first = await startProgram({ STORAGE_PATH: storage });
    const client = new Client(first.url);
    await client.register('first@example.org', 'a long enough passphrase');
    const { port } = new URL(first.url);
    const body = multipart([filePart('slow.bin', Buffer.alloc(200_000, 1))]);
    const socket = await openRaw(Number(port), uploadHead(client.token, body.length));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.write(body.subarray(0, 100_000));
    const second = await runProgram({ STORAGE_PATH: storage, PORT: port });
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('EADDRINUSE');
    socket.write(body.subarray(100_000));
    await once(socket, 'data');
    expect(statusOf(answer)).toBe(201);
    // It has not even created its own database.
    const other = await mkdtemp(join(tmpdir(), 'start-'));
    const third = await runProgram({ STORAGE_PATH: other, PORT: port });
    expect(await third.ended).toBe(1);
    expect(await readdir(other)).not.toContain('database');
    await rm(other, { recursive: true });
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
  });

  it('reports the problem and exits with 1 when it cannot open its storage', async () => {
    await fresh();
    const service = await runProgram({ STORAGE_PATH: '/etc/hostname/storage' });
    expect(await service.ended).toBe(1);
    expect(service.output()).toContain('STORAGE_PATH cannot hold /etc/hostname/storage/keys');
  });
});
