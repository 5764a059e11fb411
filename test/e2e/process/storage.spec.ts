import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '../../support/client.js';
import { ENCRYPTION } from '../../support/encryption-key.js';
import { filePart, multipart, openRaw, uploadHead } from '../../support/raw-http.js';
import { runProgram, type ServiceProcess, startProgram } from '../../support/process.js';
import { storedFiles } from '../../support/storage-files.js';

describe('a storage directory with an embedded database', () => {
  let storage: string;
  beforeEach(async () => void (storage = await mkdtemp(join(tmpdir(), 'storage-'))));
  afterEach(() => rm(storage, { recursive: true, force: true }));

  const start = () => startProgram({ STORAGE_PATH: storage, LOG_LEVEL: 'warn' });
  const stop = async ({ child, ended }: ServiceProcess, signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return ended;
  };

  it('has one service at a time: a second one refuses and changes nothing, and the next starts after any kind of end', async () => {
    const first = await start();
    const client = new Client(first.url);
    await client.register('one@example.org', 'a long enough passphrase');
    const body = multipart([filePart('a.bin', Buffer.alloc(1_000_000))]);
    const head = Buffer.from(uploadHead(client.token, body.length));
    const upload = await openRaw(
      Number(new URL(first.url).port),
      Buffer.concat([head, body.subarray(0, 500_000)]),
    );
    while ((await storedFiles(storage)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const trail = (await client.trail()).length;

    const second = await runProgram({ STORAGE_PATH: storage });
    expect(await second.ended).toBe(1);
    expect(
      second
        .output()
        .split('\n')
        .filter((line) => line.includes('in use by another process')),
    ).toHaveLength(1);

    upload.write(body.subarray(500_000));
    await new Promise((resolve) => upload.once('data', resolve));
    upload.destroy();
    const files = await client.json<{ id: string }[]>('GET', '/api/files');
    expect((await client.download(files.body[0]!.id)).body).toHaveLength(1_000_000);
    expect((await client.trail()).filter(({ action }) => action === 'FILE_UPLOAD')).toHaveLength(1);
    expect(trail).toBeGreaterThan(0);

    await stop(first, 'SIGKILL');
    const next = await start();
    expect(await stop(next)).toBe(0);
    expect(await stop(await start())).toBe(0);
  });

  it('is closed to other users, even when it existed with other modes', async () => {
    await chmod(storage, 0o755);
    for (const name of ['database', 'keys', 'blobs', 'tmp', 'witness'])
      await mkdir(join(storage, name), { mode: 0o755 });
    const service = await start();
    const client = new Client(service.url);
    await client.register('closed@example.org', 'a long enough passphrase');
    await client.upload('private');
    const open = async () => {
      const entries = await readdir(storage, { recursive: true });
      const modes = await Promise.all(
        entries.map(async (name) => [name, (await stat(join(storage, name))).mode & 0o077] as const),
      );
      return modes.filter(([, mode]) => mode !== 0).map(([name]) => name);
    };
    expect((await readdir(join(storage, 'database'))).sort()).toEqual([
      'app.sqlite',
      'app.sqlite-shm',
      'app.sqlite-wal',
      'service.lock',
    ]);
    expect(await open()).toEqual([]);
    await stop(service);
    for (const name of await readdir(join(storage, 'database')))
      await chmod(join(storage, 'database', name), 0o644);
    const again = await start();
    expect(await open()).toEqual([]);
    await stop(again);
  });

  it('has everything in the database file after a clean stop', async () => {
    const service = await start();
    const client = new Client(service.url);
    await client.register('copied@example.org', 'a long enough passphrase');
    expect(await stop(service)).toBe(0);
    const copy = await mkdtemp(join(tmpdir(), 'copy-'));
    await mkdir(join(copy, 'database'));
    await copyFile(join(storage, 'database', 'app.sqlite'), join(copy, 'database', 'app.sqlite'));
    if ('ENCRYPTION_KEY' in ENCRYPTION) {
      await mkdir(join(copy, 'keys'));
      await copyFile(join(storage, 'keys', 'database-key'), join(copy, 'keys', 'database-key'));
    }
    const restored = await startProgram({ STORAGE_PATH: copy, LOG_LEVEL: 'warn' });
    Object.assign(client, { url: restored.url });
    expect((await client.signIn()).status).toBe(200);
    await stop(restored);
    await rm(copy, { recursive: true });
  });
});
