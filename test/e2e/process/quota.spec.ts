import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '../../support/client.js';
import { type ServiceProcess, startProgram } from '../../support/process.js';
import { filePart, multipart, openRaw, uploadHead } from '../../support/raw-http.js';
import { openDatabaseOf } from '../../support/service-database.js';
import { storedFiles } from '../../support/storage-files.js';
import { usageIn } from '../../support/usage.js';

const MIB = 1024 * 1024;
const QUOTA = 20 * MIB;

describe('kill -9 while uploads hold a quota', () => {
  let storage: string;
  let service: ServiceProcess;
  const start = async () =>
    (service = await startProgram({
      STORAGE_PATH: storage,
      LOG_LEVEL: 'warn',
      QUOTA_BYTES_PER_USER: String(QUOTA),
    }));
  beforeEach(async () => void (storage = await mkdtemp(join(tmpdir(), 'quota-'))));
  afterEach(async () => {
    service.child.kill('SIGKILL');
    await service.ended;
    await rm(storage, { recursive: true, force: true });
  });

  /** What is counted for the user, and what the rows are. */
  async function usage(userId: string) {
    const database = await openDatabaseOf({ STORAGE_PATH: storage });
    try {
      return await usageIn(database, userId);
    } finally {
      await database.destroy();
    }
  }

  const reserved = async (userId: string) => (await usage(userId)).counted.reserved;

  it('leaves nothing reserved after the next start', async () => {
    await start();
    const client = new Client(service.url);
    await client.register('killed@example.org', 'a long enough passphrase');
    const { body: file } = await client.upload('kept');
    const part = multipart([filePart('a.bin', Buffer.alloc(5 * MIB))], false).subarray(0, -2);
    const port = Number(new URL(service.url).port);
    const chunk = [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')];
    const sockets = await Promise.all([
      openRaw(port, Buffer.concat([Buffer.from(uploadHead(client.token, 10 * MIB)), part])),
      openRaw(port, Buffer.concat([Buffer.from(uploadHead(client.token, 'chunked')), ...chunk])),
      openRaw(
        port,
        Buffer.concat([
          Buffer.from(
            uploadHead(client.token, 3 * MIB).replace('POST /api/files', `PUT /api/files/${file.id}`),
          ),
          part.subarray(0, MIB),
        ]),
      ),
    ]);
    while ((await reserved(client.userId)) < 16 * MIB) await delay(20);
    service.child.kill('SIGKILL');
    await service.ended;
    for (const socket of sockets) socket.destroy();
    const left = await usage(client.userId);
    expect(left.counted.reserved).toBeGreaterThan(16 * MIB);
    expect(left.counted).toEqual(left.kept);

    Object.assign(client, { url: (await start()).url });
    while ((await reserved(client.userId)) > 0) await delay(20);
    const { counted, kept } = await usage(client.userId);
    expect(counted).toEqual({ files: 4, versions: 0, trash: 0, reserved: 0 });
    expect(kept).toEqual(counted);
    expect(await storedFiles(storage)).toHaveLength(1);
    expect((await client.upload(Buffer.alloc(QUOTA - 4))).status).toBe(201);
  });
});
