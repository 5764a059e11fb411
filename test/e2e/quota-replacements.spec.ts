import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/client.js';
import { uploadForm } from '../support/sized-upload.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { usageOf } from '../support/usage.js';

const KIB = 1024;

describe.each([
  ['5 KiB', 5 * KIB],
  ['100 KiB', 100 * KIB],
])('A quota with room for ten new contents of %s', (_, bytes) => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp({ QUOTA_BYTES_PER_USER: String(10 * bytes) })));
  afterAll(() => server.close());

  async function expectUsage(client: Client, files: number): Promise<void> {
    const { counted, kept } = await usageOf(server, client.userId);
    expect(counted).toEqual({ files, versions: 0, trash: 0, reserved: 0 });
    expect(kept).toEqual(counted);
  }

  it.each([
    ['with their length', false],
    ['in chunks', true],
  ])('lets exactly ten of thirty parallel replacements in, %s', async (__, chunked) => {
    const client = await server.user();
    const files = await Promise.all(Array.from({ length: 30 }, async () => (await client.upload('')).body));
    const answers = await Promise.all(
      files.map(({ id }) => uploadForm(client, bytes, { chunked, replaces: id })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(10).fill(200), ...Array<number>(20).fill(413)]);
    await expectUsage(client, 10 * bytes);
  });

  it('counts what a replacement really has, not the length that was announced with its form', async () => {
    const client = await server.user();
    const { body: file } = await client.upload('');
    // The last one fits to the byte, though its form is longer.
    for (let turn = 0; turn < 9; turn++) expect((await client.upload(Buffer.alloc(bytes))).status).toBe(201);
    expect((await uploadForm(client, bytes + 1, { chunked: false, replaces: file.id })).status).toBe(413);
    expect((await uploadForm(client, bytes, { chunked: false, replaces: file.id })).status).toBe(200);
    await expectUsage(client, 10 * bytes);
  });
});
