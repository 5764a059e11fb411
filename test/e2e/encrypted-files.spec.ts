import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { newSymmetricKey } from '../../src/config/secret-sources.js';
import { Transactions } from '../../src/database/transactions.js';
import { ResumableUpload } from '../../src/files/uploads/resumable/resumable-upload.entity.js';
import type { Client } from '../support/client.js';
import { inRuns } from '../support/encrypted-storage.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { TusClient } from '../support/tus.js';

const CANARY = 'canary-7c1e4d90';
const isOnDisk = process.env.TEST_STORAGE !== 's3';

describe('files of an encrypted installation', () => {
  let server: TestApp;
  let owner: Client;
  beforeAll(async () => {
    server = await startApp({ ENCRYPTION_KEY: newSymmetricKey(), TRASH_DAYS: '0' });
    owner = await server.user();
  });
  afterAll(() => server.close());

  const keys = () =>
    server.app.get<DataSource>(getDataSourceToken()).query<object[]>('SELECT * FROM content_keys');
  /** The bytes of everything that is stored. */
  async function storedBytes(): Promise<Buffer[]> {
    const names = await server.stored();
    const { s3 } = server.config.storage;
    if (s3 === null) return Promise.all(names.map((name) => readFile(name)));
    const client = new S3Client({ endpoint: s3.endpoint, region: s3.region, forcePathStyle: true });
    const read = async (Key: string) =>
      buffer((await client.send(new GetObjectCommand({ Bucket: s3.bucket, Key }))).Body as Readable);
    return Promise.all(names.map(read));
  }

  it('security.md: at rest: no canary is in any stored file or object, and the owner gets it back', async () => {
    const plain = Buffer.from(CANARY.repeat(20_000));
    const { body: uploaded } = await owner.upload(plain);
    const { body: replaced } = await owner.upload(Buffer.from('before'));
    await owner.replace(replaced.id, plain);
    const tus = new TusClient(owner);
    const path = await tus.begin(plain.length);
    await tus.patch(path, 0, plain.subarray(0, 100_000));
    const open = await tus.begin(plain.length);
    await tus.patch(open, 0, plain.subarray(0, 50_000));
    const { fileId } = await tus.patch(path, 100_000, plain.subarray(100_000));
    for (const id of [uploaded.id, replaced.id, fileId!]) {
      const { status, body } = await owner.download(id);
      expect([status, body.equals(plain)]).toEqual([200, true]);
      const part = await owner.download(id, { range: 'bytes=99990-100010' });
      expect([part.status, part.body.toString()]).toEqual([206, plain.subarray(99_990, 100_011).toString()]);
    }
    const stored = await storedBytes();
    expect(stored.length).toBeGreaterThanOrEqual(4);
    for (const bytes of stored) {
      expect(bytes.includes(CANARY)).toBe(false);
      expect(bytes.includes(Buffer.from(CANARY).subarray(0, 8))).toBe(false);
    }
    await tus.delete(open);
  });

  it('refuses a further part, again and again, after 10,000 parts of changing sizes, and keeps what it has', async () => {
    const tus = new TusClient(owner);
    const plain = randomBytes(300);
    const begunWith = async (runs: number) => {
      const path = await tus.begin(plain.length);
      await tus.patch(path, 0, plain.subarray(0, 100));
      const id = path.split('/').at(-1)!;
      await server.app.get(Transactions).run(async (tx) => {
        const { growth } = await tx.findOneByOrFail(ResumableUpload, { id });
        await tx.update(ResumableUpload, { id }, { growth: inRuns(growth!, runs) });
      });
      return path;
    };
    const finishing = await begunWith(9_999);
    const { fileId } = await tus.patch(finishing, 100, plain.subarray(100));
    expect((await owner.download(fileId!)).body).toEqual(plain);
    const refused = await begunWith(9_999);
    expect((await tus.patch(refused, 100, plain.subarray(100, 200))).status).toBe(204);
    for (let again = 0; again < 2; again++) {
      const answer = await tus.patch(refused, 200, plain.subarray(200));
      expect([answer.status, answer.code]).toEqual([413, 'too_many_parts']);
      expect((await tus.head(refused)).offset).toBe(200);
    }
    expect((await tus.delete(refused)).status).toBe(204);
  });

  it('has a key for each object, and none once they are gone', async () => {
    const before = (await keys()).length;
    const { body } = await owner.upload(randomBytes(10));
    expect(await keys()).toHaveLength(before + 1);
    await owner.json('DELETE', `/api/files/${body.id}?permanently=true`);
    expect(await keys()).toHaveLength(before);
    expect((await server.stored()).length).toBe(before);
  });

  const onDisk = isOnDisk ? it : it.skip;
  onDisk('refuses damaged bytes, whole and in ranges, with a record', async () => {
    const before = await server.stored();
    const { body: file } = await owner.upload(randomBytes(100_000));
    const [name] = (await server.stored()).filter((each) => !before.includes(each));
    const bytes = await readFile(name!);
    bytes[40_000]! ^= 1;
    await writeFile(name!, bytes);
    for (const range of [undefined, 'bytes=40000-40010']) {
      const refused = await owner.download(file.id, range === undefined ? {} : { range });
      expect(refused.status).toBe(503);
      expect(JSON.parse(refused.body.toString())).toMatchObject({ code: 'file_unavailable' });
    }
    expect((await owner.download(file.id, { range: 'bytes=60000-60010' })).status).toBe(206);
    const trail = await owner.trail('&action=FILE_DOWNLOAD&outcome=failure');
    expect(trail.length).toBeGreaterThanOrEqual(2);
  });

  onDisk('breaks off a download at the first damaged chunk', async () => {
    const before = await server.stored();
    const plain = randomBytes(3_000_000);
    const { body: file } = await owner.upload(plain);
    const [name] = (await server.stored()).filter((each) => !before.includes(each));
    const bytes = await readFile(name!);
    bytes[2_000_000]! ^= 1;
    await writeFile(name!, bytes);
    const answer = await owner.fetch(`/api/files/${file.id}`);
    const pieces: Buffer[] = [];
    const reading = async () => {
      for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>)
        pieces.push(Buffer.from(piece));
    };
    await expect(reading()).rejects.toThrow();
    const sent = Buffer.concat(pieces);
    expect(sent.length).toBeLessThan(2_000_000);
    expect(sent.equals(plain.subarray(0, sent.length))).toBe(true);
  });

  onDisk('refuses exchanged objects', async () => {
    const before = await server.stored();
    const [one, other] = [await owner.upload(randomBytes(500)), await owner.upload(randomBytes(500))];
    const names = (await server.stored()).filter((each) => !before.includes(each));
    const contents = await Promise.all(names.map((name) => readFile(name)));
    await writeFile(names[0]!, contents[1]!);
    await writeFile(names[1]!, contents[0]!);
    for (const { body } of [one, other]) expect((await owner.download(body.id)).status).toBe(503);
  });
});
