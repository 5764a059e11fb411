import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/client.js';
import { uploadAnnounced, uploadInChunks } from '../support/sized-upload.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { usageOf } from '../support/usage.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Checks that these bytes are counted, and that a count of all rows gives the same. */
async function expectUsage(server: TestApp, client: Client, files: number): Promise<void> {
  const { counted, kept } = await usageOf(server, client.userId);
  expect(counted).toEqual({ files, versions: 0, trash: 0, reserved: 0 });
  expect(kept).toEqual(counted);
}

/** How often each value occurs. */
const countOf = (values: readonly number[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
};

describe.each([
  ['1000 bytes', 1000],
  ['5 KiB', 5 * KIB],
  ['100 KiB', 100 * KIB],
  ['5 MiB', 5 * MIB],
])('A quota with room for ten files of %s', (_, bytes) => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp({ QUOTA_BYTES_PER_USER: String(10 * bytes) });
  });
  afterAll(() => server.close());

  it.each([
    ['with their length', uploadAnnounced],
    ['in chunks', uploadInChunks],
  ])(
    'lets exactly ten of fifty parallel uploads in, %s',
    async (__, upload) => {
      const client = await server.user();
      const statuses = await Promise.all(Array.from({ length: 50 }, () => upload(client, bytes)));
      expect(countOf(statuses)).toEqual({ 201: 10, 413: 40 });
      await expectUsage(server, client, 10 * bytes);
      expect(await client.upload('x')).toMatchObject({ status: 413, body: { code: 'quota_exceeded' } });
      expect(await server.stored()).toHaveLength(10);
      for (const file of (await client.json<{ id: string }[]>('GET', '/api/files')).body)
        await client.json('DELETE', `/api/files/${file.id}?permanently=true`);
      await expectUsage(server, client, 0);
    },
    120_000,
  );
});

describe('A quota', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp({ QUOTA_BYTES_PER_USER: String(1000 * KIB) });
  });
  afterAll(() => server.close());

  it('has room again when a file is gone', async () => {
    const client = await server.user();
    const { body } = await client.upload('x'.repeat(1000 * KIB));
    expect((await client.upload('more')).status).toBe(413);
    await client.json('DELETE', `/api/files/${body.id}?permanently=true`);
    expect((await client.upload('more')).status).toBe(201);
  });
});
