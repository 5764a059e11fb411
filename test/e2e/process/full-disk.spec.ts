import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
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

describe('security.md: aborts and faults, a full disk', () => {
  let service: ServiceProcess;
  let client: Client;
  beforeAll(async () => {
    service = await startProgram({ STORAGE_PATH: directory, LOG_LEVEL: 'warn' });
    client = new Client(service.url);
    await client.register('full@example.org', 'a long enough passphrase');
  });
  afterAll(async () => {
    service.child.kill('SIGTERM');
    await service.ended;
    if (mounted) execFileSync('umount', ['-l', directory]);
    await rm(directory, { recursive: true, force: true });
  });

  (mounted ? it : it.skip)(
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
