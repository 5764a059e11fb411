import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdtemp, open, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '../../support/client.js';
import { type ServiceProcess, startProgram } from '../../support/process.js';
import { uploadInChunks } from '../../support/sized-upload.js';
import { storedFiles } from '../../support/storage-files.js';

const MIB = 1024 * 1024;

/**
 * Mounts a small file system, which only root can do. Without root, `faults.spec.ts` uses a storage that
 * reports a full disk.
 */
function mountSmall(directory: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', directory], { stdio: 'ignore' });
    return true;
  } catch {
    // Not allowed on this machine.
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
      expect((await client.json('DELETE', `/api/files/${kept[0]}?permanently=true`)).status).toBe(204);
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

  onSmallDisk(
    'refuses uploads with 507 before the last space is gone, parallel and chunked ones, and does everything else',
    async () => {
      const answers = await Promise.all([
        ...Array.from({ length: 10 }, () =>
          client.upload(Buffer.alloc(3 * MIB)).then(({ status }) => status),
        ),
        ...Array.from({ length: 5 }, () => uploadInChunks(client, 3 * MIB)),
      ]);
      expect(new Set(answers)).toEqual(new Set([201, 507]));
      while ((await client.upload(Buffer.alloc(MIB / 4))).status === 201);
      // The database may have used a little of it since the last measurement.
      expect(await free()).toBeGreaterThan(RESERVE - MIB);
      expect(await uploadInChunks(client, 4 * MIB)).toBe(507);

      const other = new Client(service.url);
      await other.register('newcomer@example.org', 'a long enough passphrase');
      expect((await client.signIn()).status).toBe(200);
      const { body: files } = await client.json<{ id: string }[]>('GET', '/api/files');
      expect((await client.download(files[0]!.id)).status).toBe(200);
      const ready = await client.json<{ checks: { name: string }[] }>('GET', '/ready');
      expect(ready.status).toBe(200);
      expect(await storedFiles(directory)).toHaveLength(files.length);
      for (const { id } of files)
        expect((await client.json('DELETE', `/api/files/${id}?permanently=true`)).status).toBe(204);
      expect((await client.upload(Buffer.alloc(3 * MIB))).status).toBe(201);
    },
    60_000,
  );

  onSmallDisk(
    'lets the others sign in, list, download and delete when one user has filled it',
    async () => {
      const others = await Promise.all(
        ['ada', 'bob', 'eve'].map(async (name) => {
          const other = new Client(service.url);
          await other.register(`${name}@example.org`, 'a long enough passphrase');
          const { body } = await other.upload(`of ${name}`);
          return { other, id: body.id, bytes: `of ${name}` };
        }),
      );
      while ((await client.upload(Buffer.alloc(MIB / 4))).status === 201);
      for (const { other, id, bytes } of others) {
        const signIn = await other.signIn();
        expect(signIn.status).toBe(200);
        other.token = signIn.body.token;
        const { body: files } = await other.json<{ id: string }[]>('GET', '/api/files');
        expect(files.map((file) => file.id)).toEqual([id]);
        expect((await other.download(id)).body.toString()).toBe(bytes);
        expect((await other.json('PATCH', `/api/files/${id}`, { name: 'renamed' })).status).toBe(200);
        expect((await other.json('DELETE', `/api/files/${id}`)).status).toBe(204);
        expect((await other.json('POST', `/api/trash/${id}/restore`)).status).toBe(200);
        expect((await other.json('DELETE', `/api/files/${id}?permanently=true`)).status).toBe(204);
        expect(await other.trail('&action=FILE_DELETE')).toHaveLength(2);
      }
      const metrics = await (await client.fetch('/metrics')).text();
      const left = Number(/^storage_free_bytes (\d+)$/m.exec(metrics)![1]);
      // The database goes on growing.
      expect([left > RESERVE / 2, left < RESERVE + MIB]).toEqual([true, true]);
      expect(metrics).toMatch(/^storage_kept_bytes\{of="files"\} \d+$/m);
      const { body: files } = await client.json<{ id: string }[]>('GET', '/api/files?limit=200');
      for (const { id } of files) await client.json('DELETE', `/api/files/${id}?permanently=true`);
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

describe('security.md: aborts and faults, a disk that another program fills', () => {
  let service: ServiceProcess;
  let client: Client;
  beforeAll(async () => {
    for (const entry of await readdir(directory)) await rm(join(directory, entry), { recursive: true });
    service = await startProgram({
      STORAGE_PATH: directory,
      LOG_LEVEL: 'warn',
      MIN_FREE_BYTES: String(4 * MIB),
    });
    client = new Client(service.url);
    await client.register('filled@example.org', 'a long enough passphrase');
  });
  afterAll(async () => {
    service.child.kill('SIGTERM');
    await service.ended;
  });

  /** Writes until nothing more fits. */
  const fill = async (ballast: string): Promise<void> => {
    const file = await open(ballast, 'a');
    try {
      for (const size of [MIB, 4096]) while ((await written(file, size)) > 0);
    } finally {
      await file.close();
    }
  };
  const written = async (file: FileHandle, size: number): Promise<number> => {
    try {
      return (await file.write(Buffer.alloc(size))).bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return 0;
      throw error;
    }
  };

  onSmallDisk(
    'goes on saying 507, also when it cannot record it, and recovers when there is room',
    async () => {
      const { body: kept } = await client.upload('kept');
      const ballast = join(directory, 'ballast');
      await fill(ballast);
      // The database goes on for a while in what its log has room for already.
      for (let turn = 0; turn < 500; turn++) {
        const { status, body } = await client.upload('more');
        expect([status, body.code]).toEqual([507, 'storage_full']);
        if (service.output().includes('a refusal could not be recorded')) break;
      }
      expect(service.output()).toContain('ALERT: a refusal could not be recorded');
      const signIn = await client.signIn();
      expect([signIn.status, signIn.body.code]).toEqual([507, 'storage_full']);
      expect(JSON.stringify(signIn.body)).not.toContain('file');
      const unknown = await client.json<{ code: string }>('GET', `/api/files/${randomUUID()}/metadata`);
      expect([unknown.status, unknown.body.code]).toEqual([404, 'file_not_found']);
      expect((await client.json('GET', `/api/files/${kept.id}/metadata`)).status).toBe(200);
      expect(await storedFiles(directory)).toHaveLength(1);
      await rm(ballast);
      expect((await client.upload('more')).status).toBe(201);
      expect((await client.signIn()).status).toBe(200);
    },
    60_000,
  );
});
