import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '../../support/client.js';
import { type ServiceProcess, startProgram } from '../../support/process.js';
import { storedFiles } from '../../support/storage-files.js';

const MIB = 1024 * 1024;

/** A file system of its own, which only root may mount; elsewhere `faults.spec.ts` has a storage that says so. */
function mountSmall(directory: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', directory], { stdio: 'ignore' });
    return true;
  } catch {
    // Not allowed here.
    return false;
  }
}

const directory = await mkdtemp(join(tmpdir(), 'small-disk-'));
const mounted = mountSmall(directory);
const onSmallDisk = mounted ? it : it.skip;
afterAll(async () => {
  if (mounted) execFileSync('umount', ['-l', directory]);
  await rm(directory, { recursive: true, force: true });
});

describe('security.md: aborts and faults, a full disk', () => {
  let service: ServiceProcess;
  let client: Client;
  beforeAll(async () => {
    service = await startProgram({ STORAGE_PATH: directory, LOG_LEVEL: 'warn', MIN_FREE_BYTES: '0' });
    client = new Client(service.url);
    await client.register('full@example.org', 'a long enough passphrase');
  });
  afterAll(async () => {
    service.child.kill('SIGTERM');
    await service.ended;
    for (const entry of await readdir(directory)) await rm(join(directory, entry), { recursive: true });
  });

  onSmallDisk(
    'refuses what does not fit with 507, leaves nothing of it, goes on reading, and recovers when there is room',
    async () => {
      const kept: string[] = [];
      let refused = 0;
      for (let turn = 0; turn < 12; turn++) {
        const { status, body } = await client.upload(Buffer.alloc(3 * MIB, turn));
        if (status === 201) kept.push(body.id);
        else {
          expect([status, (body as unknown as { code: string }).code]).toEqual([507, 'storage_full']);
          refused++;
        }
      }
      expect([kept.length > 2, refused > 2]).toEqual([true, true]);
      expect(await storedFiles(directory)).toHaveLength(kept.length);
      expect((await client.json('GET', '/health')).status).toBe(200);
      expect((await client.download(kept[0]!)).status).toBe(200);
      expect((await client.json('DELETE', `/api/files/${kept[0]}`)).status).toBe(204);
      expect((await client.upload(Buffer.alloc(2 * MIB))).status).toBe(201);
      expect(await storedFiles(directory)).toHaveLength(kept.length);
      const uploads = await client.trail('&action=FILE_UPLOAD');
      expect(uploads).toHaveLength(kept.length + 1);
    },
    60_000,
  );
});

describe('security.md: aborts and faults, a reserve of free space', () => {
  const RESERVE = 10 * MIB;
  let service: ServiceProcess;
  let client: Client;
  beforeAll(async () => {
    service = await startProgram({
      STORAGE_PATH: directory,
      LOG_LEVEL: 'warn',
      MIN_FREE_BYTES: String(RESERVE),
    });
    client = new Client(service.url);
    await client.register('reserve@example.org', 'a long enough passphrase');
  });
  afterAll(async () => {
    service.child.kill('SIGTERM');
    await service.ended;
  });

  const free = async () => {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  };
  /** One file in a body whose length nobody knows before. */
  const uploadInChunks = (bytes: number) =>
    client.fetch('/api/files', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: new ReadableStream({
        start: (body) => {
          body.enqueue(
            Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'),
          );
          for (let sent = 0; sent < bytes; sent += MIB / 4) body.enqueue(Buffer.alloc(MIB / 4));
          body.enqueue(Buffer.from('\r\n--b--\r\n'));
          body.close();
        },
      }),
      duplex: 'half',
    });

  onSmallDisk(
    'refuses uploads with 507 before the last space is gone, parallel and chunked ones, and does everything else',
    async () => {
      const answers = await Promise.all([
        ...Array.from({ length: 10 }, () =>
          client.upload(Buffer.alloc(3 * MIB)).then(({ status }) => status),
        ),
        ...Array.from({ length: 5 }, () => uploadInChunks(3 * MIB).then(({ status }) => status)),
      ]);
      expect(new Set(answers)).toEqual(new Set([201, 507]));
      while ((await client.upload(Buffer.alloc(MIB / 4))).status === 201);
      // The database may have taken a little of it since the last look.
      expect(await free()).toBeGreaterThan(RESERVE - MIB);
      expect((await uploadInChunks(4 * MIB)).status).toBe(507);

      const other = new Client(service.url);
      await other.register('newcomer@example.org', 'a long enough passphrase');
      expect((await client.signIn()).status).toBe(200);
      const { body: files } = await client.json<{ id: string }[]>('GET', '/api/files');
      expect((await client.download(files[0]!.id)).status).toBe(200);
      const ready = await client.json<{ checks: { name: string }[] }>('GET', '/ready');
      expect(ready.status).toBe(200);
      expect(await storedFiles(directory)).toHaveLength(files.length);
      for (const { id } of files) expect((await client.json('DELETE', `/api/files/${id}`)).status).toBe(204);
      expect((await client.upload(Buffer.alloc(3 * MIB))).status).toBe(201);
    },
    60_000,
  );

  onSmallDisk('is told of by /ready, which goes on saying ready', async () => {
    const ballast = join(directory, 'ballast');
    await writeFile(ballast, Buffer.alloc((await free()) - RESERVE + MIB));
    const low = await client.json<{ checks: object[] }>('GET', '/ready');
    expect(low.status).toBe(200);
    expect(low.body.checks).toContainEqual({
      name: 'free_space',
      status: 'degraded',
      detail: expect.stringContaining('uploads are refused'),
    });
    expect((await client.upload('x')).body.code).toBe('storage_full');
    await rm(ballast);
    expect((await client.json('GET', '/ready')).body.checks).toContainEqual({
      name: 'free_space',
      status: 'ok',
    });
    expect((await client.upload('x')).status).toBe(201);
  });
});
