import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { newId } from '../../src/common/ids.js';
import { Transactions } from '../../src/database/transactions.js';
import { ResumableUpload } from '../../src/files/uploads/resumable/resumable-upload.entity.js';
import { UploadExpiry } from '../../src/files/uploads/resumable/upload-expiry.js';
import type { Client } from '../support/client.js';
import { statusOf } from '../support/raw-http.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { checksumOf, openPatch, type TusAnswer, TusClient } from '../support/tus.js';
import { usageOf } from '../support/usage.js';

const MIB = 1024 * 1024;

describe('resumable uploads that are interrupted, raced, or left alone', () => {
  let server: TestApp;
  let owner: Client;
  let tus: TusClient;
  beforeAll(async () => {
    server = await startApp();
    owner = await server.user();
    tus = new TusClient(owner);
  });
  afterAll(() => server.close());

  const idOf = (path: string) => path.split('/').at(-1)!;
  const change = (path: string, columns: Partial<ResumableUpload>) =>
    server.app
      .get(Transactions)
      .run(async (tx) => void (await tx.update(ResumableUpload, { id: idOf(path) }, columns)));

  async function requireBalance(client = owner): Promise<void> {
    const { counted, kept } = await usageOf(server, client.userId);
    expect(counted).toEqual(kept);
  }

  async function requireFile(id: string | null, bytes: Buffer): Promise<void> {
    expect((await owner.download(id!)).body.equals(bytes)).toBe(true);
    const entries = await owner.trail('&action=FILE_UPLOAD');
    expect(entries.filter(({ resource }) => resource === id)).toHaveLength(1);
    await requireBalance();
  }

  const until = async (condition: () => boolean | Promise<boolean>) => {
    while (!(await condition())) await delay(50);
  };

  it.each([
    ['closed', (socket: Socket) => void socket.end()],
    ['reset', (socket: Socket) => void socket.resetAndDestroy()],
  ])('keeps what arrived before the connection was %s', async (_, cut) => {
    const bytes = randomBytes(MIB);
    const path = await tus.begin(bytes.length);
    const { socket } = await openPatch(owner, path, 0, bytes.length);
    await new Promise((resolve) => socket.write(bytes.subarray(0, 300_000), resolve));
    await until(async () => (await owner.json('GET', path)).status === 200 && socket.bytesWritten > 300_000);
    await delay(200);
    cut(socket);
    const { offset } = await tus.head(path);
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThanOrEqual(300_000);
    await requireFile((await tus.patch(path, offset, bytes.subarray(offset))).fileId, bytes);
  });

  it('lets one of many requests at the same offset win, and makes one file', async () => {
    const bytes = randomBytes(2 * MIB);
    const path = await tus.begin(bytes.length);
    const answers = await Promise.all(Array.from({ length: 8 }, () => tus.patch(path, 0, bytes)));
    const won = answers.filter(({ status }) => status === 204);
    expect(won).toHaveLength(1);
    const codes = answers.filter(({ status }) => status !== 204).map(({ code }) => code);
    expect(codes.filter((code) => !['upload_locked', 'offset_mismatch'].includes(code))).toEqual([]);
    await requireFile(won[0]!.fileId, bytes);
  });

  it('answers 423 while another request is at work, and leaves that one alone', async () => {
    const bytes = randomBytes(1000);
    const path = await tus.begin(bytes.length);
    const { socket, answer } = await openPatch(owner, path, 0, bytes.length);
    let sent = 0;
    const timer = setInterval(() => void socket.write(bytes.subarray(sent, ++sent)), 100);
    await delay(300);
    const second = await tus.patch(path, 0, bytes);
    expect([second.status, second.code]).toEqual([423, 'upload_locked']);
    // In a bucket, less than a part is recorded only at the end of a request; with a key, less than a chunk.
    if (process.env.TEST_STORAGE !== 's3' && process.env.TEST_ENCRYPTION !== '1')
      expect((await tus.head(path)).offset).toBeGreaterThan(0);
    clearInterval(timer);
    socket.write(bytes.subarray(sent));
    await until(() => answer() !== '');
    expect(statusOf(answer())).toBe(204);
    socket.destroy();
    await requireFile((await tus.head(path)).fileId, bytes);
  });

  it('takes over from a connection that is half dead, with all that it has brought', async () => {
    const bytes = randomBytes(MIB);
    const path = await tus.begin(bytes.length);
    const { socket, answer } = await openPatch(owner, path, 0, bytes.length);
    socket.write(bytes.subarray(0, 400_000));
    await delay(100);
    const { offset } = await tus.head(path);
    expect(offset).toBe(400_000);
    expect(statusOf(answer())).toBe(423);
    socket.destroy();
    await requireFile((await tus.patch(path, offset, bytes.subarray(offset))).fileId, bytes);
  });

  it('takes over from a holder that has vanished, after 4 s', async () => {
    const before = await server.stored();
    const bytes = randomBytes(7 * MIB);
    const path = await tus.begin(bytes.length);
    await tus.patch(path, 0, bytes.subarray(0, 6 * MIB));
    await change(path, { leaseHolder: newId(), leaseNumber: 100 });
    const begun = Date.now();
    const { status, fileId } = await tus.patch(path, 6 * MIB, bytes.subarray(6 * MIB));
    expect(status).toBe(204);
    expect(Date.now() - begun).toBeGreaterThan(3500);
    await requireFile(fileId, bytes);
    expect(await server.stored()).toHaveLength(before.length + 1);
  });

  it('does not let a client wait again for a holder that it has found dead', async () => {
    const path = await tus.begin(10);
    await change(path, { leaseHolder: newId(), leaseNumber: 100 });
    expect((await tus.head(path)).offset).toBe(0);
    const row = server.app.get<DataSource>(getDataSourceToken()).getRepository(ResumableUpload);
    expect(await row.findOneBy({ id: idOf(path) })).toMatchObject({ leaseHolder: null, disputed: true });
    await requireFile(
      (await tus.patch(path, 0, Buffer.from('0123456789'))).fileId,
      Buffer.from('0123456789'),
    );
  });

  it('writes nothing for a holder whose lease was taken away', async () => {
    const bytes = randomBytes(6 * MIB);
    const path = await tus.begin(bytes.length);
    await tus.patch(path, 0, bytes.subarray(0, 1000));
    const { socket, answer } = await openPatch(owner, path, 1000, bytes.length - 1000);
    socket.write(randomBytes(MIB));
    await delay(100);
    const other = newId();
    await change(path, { leaseHolder: other, leaseNumber: 100, leaseWanted: false });
    await until(() => answer() !== '');
    expect(statusOf(answer())).toBe(423);
    socket.destroy();
    expect((await owner.json('GET', path)).body).toMatchObject({ offset: 1000 });
    await change(path, { leaseHolder: null });
    await requireFile((await tus.patch(path, 1000, bytes.subarray(1000))).fileId, bytes);
  });

  it('ends an upload while a request sends bytes to it', async () => {
    const before = await server.stored();
    const path = await tus.begin(6 * MIB);
    const { socket, answer } = await openPatch(owner, path, 0, 6 * MIB);
    socket.write(randomBytes(MIB));
    await delay(100);
    expect((await tus.delete(path)).status).toBe(204);
    await until(() => answer() !== '');
    expect([410, 423]).toContain(statusOf(answer()));
    socket.destroy();
    await until(async () => (await server.stored()).length === before.length);
    await requireBalance();
  });

  it('finishes at the next request what was sealed when the commit failed', async () => {
    const bytes = randomBytes(6 * MIB);
    const path = await tus.begin(bytes.length);
    await tus.patch(path, 0, bytes.subarray(0, MIB));
    const rename = (from: string, to: string) =>
      server.app
        .get(Transactions)
        .run(async (tx) => void (await tx.query(`ALTER TABLE ${from} RENAME TO ${to}`)), { alone: true });
    await rename('audit_intake', 'away');
    const failed = await owner.fetch(path, {
      method: 'PATCH',
      headers: { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(MIB) },
      body: bytes.subarray(MIB),
    });
    await failed.arrayBuffer();
    await rename('away', 'audit_intake');
    expect(failed.status).toBeGreaterThanOrEqual(500);
    // More than the first MiB when the request took longer than a second.
    const { offset } = await tus.head(path);
    expect(offset).toBeGreaterThanOrEqual(MIB);
    expect(offset).toBeLessThan(bytes.length);
    const rest = bytes.subarray(offset);
    const wrong = await tus.patch(path, offset, rest, { 'upload-checksum': checksumOf(bytes) });
    expect([wrong.status, wrong.code]).toEqual([460, 'checksum_mismatch']);
    await requireFile((await tus.patch(path, offset, rest)).fileId, bytes);
  });

  it('leaves nothing of uploads that are deleted while their first bytes arrive', async () => {
    const before = await server.stored();
    for (let round = 0; round < 80; round++) {
      const path = await tus.begin(5000);
      const sending = tus.patch(path, 0, randomBytes(5000));
      await delay(Math.random() * 10);
      await tus.delete(path);
      const { status, fileId } = await sending;
      expect([204, 410]).toContain(status);
      if (fileId !== null) await owner.json('DELETE', `/api/files/${fileId}?permanently=true`);
    }
    expect(await server.stored()).toEqual(before);
    await requireBalance();
  });

  it('removes an upload whose time is over, first its bytes and later its row', async () => {
    const before = await server.stored();
    const path = await tus.begin(1000);
    await tus.patch(path, 0, randomBytes(500));
    const alive = await tus.begin(1000);
    const expiry = server.app.get(UploadExpiry);
    await expiry.apply();
    await change(path, { expiresAt: '2026-01-01T00:00:00.000Z' });
    expect((await tus.head(path)).status).toBe(410);
    await expiry.apply();
    expect((await tus.patch(path, 500, randomBytes(500))).code).toBe('upload_gone');
    expect(await server.stored()).toEqual(before);
    await requireBalance();
    await change(path, { expiresAt: '2026-01-01T00:00:00.000Z' });
    await expiry.apply();
    expect((await tus.head(path)).status).toBe(404);
    expect((await tus.delete(alive)).status).toBe(204);
  });

  it('removes unfinished uploads with the account', async () => {
    const before = await server.stored();
    const client = await server.user();
    const own = new TusClient(client);
    const path = await own.begin(1000);
    await own.patch(path, 0, randomBytes(500));
    await own.create(3, {}, {}, Buffer.from('end'));
    const { status } = await client.json('DELETE', '/api/users/me', { password: client.password });
    expect(status).toBe(204);
    await until(async () => (await server.stored()).length === before.length);
    await requireBalance(client);
  });

  it('lets a user have 100 unfinished uploads', async () => {
    const own = new TusClient(await server.user());
    const begun: TusAnswer[] = [];
    // Not all at once: on PostgreSQL a request waits 3 s at most for a connection.
    for (let round = 0; round < 5; round++)
      begun.push(...(await Promise.all(Array.from({ length: 22 }, () => own.create(10)))));
    expect(begun.filter(({ status }) => status === 201)).toHaveLength(100);
    const refused = begun.filter(({ status }) => status !== 201).map(({ status, code }) => [status, code]);
    expect(refused).toEqual(Array.from({ length: 10 }, () => [409, 'too_many_uploads']));
    await own.delete(begun.find(({ status }) => status === 201)!.headers.get('location')!);
    expect((await own.create(10)).status).toBe(201);
    await requireBalance(own.client);
  });
});

describe('resumable uploads with a quota', () => {
  it('reserve their length when they begin, exactly, and give it back', async () => {
    const server = await startApp({ QUOTA_BYTES_PER_USER: '10000' });
    try {
      const client = await server.user();
      const tus = new TusClient(client);
      const begun = await Promise.all(Array.from({ length: 50 }, () => tus.create(1000)));
      const paths = begun
        .filter(({ status }) => status === 201)
        .map(({ headers }) => headers.get('location')!);
      expect(paths).toHaveLength(10);
      expect(new Set(begun.filter(({ status }) => status !== 201).map(({ code }) => code))).toEqual(
        new Set(['quota_exceeded']),
      );
      expect((await client.upload('x')).body.code).toBe('quota_exceeded');
      await tus.delete(paths[0]!);
      await tus.patch(paths[1]!, 0, Buffer.alloc(1000));
      expect((await client.upload('x'.repeat(1000))).status).toBe(201);
      expect((await client.upload('x')).body.code).toBe('quota_exceeded');
      const { counted, kept } = await usageOf(server, client.userId);
      expect(counted).toEqual(kept);
      expect(counted).toMatchObject({ files: 2000, reserved: 8000 });
    } finally {
      await server.close();
    }
  });

  it('are refused while the reserve of free space is used up', async () => {
    const server = await startApp({ MIN_FREE_BYTES: '1099511627776' });
    try {
      const { database, storage } = server.config;
      // Nobody knows how much is free in a bucket, or where PostgreSQL is.
      const isElsewhere = database.kind === 'postgres' && storage.s3 !== null;
      const tus = new TusClient(await server.user());
      expect(await tus.create(1000)).toMatchObject(
        isElsewhere ? { status: 201 } : { status: 507, code: 'storage_full' },
      );
    } finally {
      await server.close();
    }
  });
});
