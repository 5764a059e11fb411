import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '../../support/client.js';
import { openRaw } from '../../support/raw-http.js';
import { startProgram } from '../../support/process.js';
import { storedFiles } from '../../support/storage-files.js';
import { patchHead, TusClient } from '../../support/tus.js';

const CYCLES = Number(process.env.CRASH_CYCLES ?? 5);
const SIZE = 16 * 1024 * 1024;
/** Bytes a write, with a pause between two. */
const PIECE = 64 * 1024;

describe('resumable uploads and kill -9', () => {
  let storage: string;
  beforeEach(async () => void (storage = await mkdtemp(join(tmpdir(), 'resumable-'))));
  afterEach(() => rm(storage, { recursive: true, force: true }));

  it(
    `keep every acknowledged offset over ${CYCLES} kill -9 in the middle of a request`,
    async () => {
      const bytes = randomBytes(SIZE);
      const client = new Client('');
      const tus = new TusClient(client);
      let path = '';
      let files = 0;
      let acknowledged = 0;
      for (let cycle = 0; cycle <= CYCLES; cycle++) {
        const service = await startProgram({ STORAGE_PATH: storage, LOG_LEVEL: 'warn' });
        Object.assign(client, { url: service.url });
        if (cycle === 0) await client.register('crash@example.org', 'a long enough passphrase');
        if (path === '') path = await tus.begin(SIZE);
        const { offset } = await tus.head(path);
        // What the client was told is there after every crash.
        expect(offset).toBeGreaterThanOrEqual(acknowledged);
        const last = cycle === CYCLES;
        const first = bytes.subarray(offset, last ? SIZE : offset + 1 + Math.floor(Math.random() * 200_000));
        const answer = await tus.patch(path, offset, first);
        expect([answer.status, answer.offset]).toEqual([204, offset + first.length]);
        acknowledged = answer.offset;
        if (answer.fileId !== null) {
          files += 1;
          expect((await client.download(answer.fileId)).body.equals(bytes)).toBe(true);
          acknowledged = 0;
          path = last ? '' : await tus.begin(SIZE);
        }
        if (!last) {
          const sending = send(service.url, client, path, bytes.subarray(acknowledged), acknowledged);
          await delay(300 + Math.random() * 1500);
          service.child.kill('SIGKILL');
          await Promise.all([sending, service.ended]);
          continue;
        }
        expect(await storedFiles(storage)).toHaveLength(files);
        expect(await client.trail('&action=FILE_UPLOAD')).toHaveLength(files);
        const { body } = await client.json<{ storage: object }>('GET', '/api/users/me');
        expect(body.storage).toMatchObject({ used: files * SIZE, files: files * SIZE });
        service.child.kill('SIGTERM');
        expect(await service.ended).toBe(0);
      }
    },
    60_000 + CYCLES * 20_000,
  );

  /** Sends bytes piece by piece, never the last one, until the server has gone. */
  async function send(
    url: string,
    client: Client,
    path: string,
    bytes: Buffer,
    offset: number,
  ): Promise<void> {
    const head = patchHead(client, path, offset, bytes.length);
    const socket = await openRaw(Number(new URL(url).port), head);
    for (let at = 0; at + PIECE < bytes.length && !socket.destroyed; at += PIECE) {
      socket.write(bytes.subarray(at, at + PIECE));
      await delay(5);
    }
    while (!socket.destroyed) await delay(20);
  }
});
