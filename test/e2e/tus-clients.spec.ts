import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Upload } from 'tus-js-client';
import { type Client, type FileBody, sha256 } from '../support/client.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { TusClient } from '../support/tus.js';
import { usageOf } from '../support/usage.js';

const MIB = 1024 * 1024;
const SIZES = [
  1,
  5 * MIB - 1,
  5 * MIB,
  50 * MIB + 1,
  ...(process.env.TUS_LARGE === undefined ? [] : [1024 * MIB]),
];
const TIMEOUT_MS = 600_000;
/** Cuts of all connections during one upload, at random times. */
const CUTS = 8;

const execute = promisify(execFile);

/** The clients that people use, through connections that break. */
describe('clients of tus', () => {
  let server: TestApp;
  let proxy: TcpProxy;
  let owner: Client;
  let cutting: NodeJS.Timeout | undefined;
  beforeAll(async () => {
    server = await startApp();
    proxy = await TcpProxy.to(server.url);
    owner = await server.user();
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
  });
  beforeEach(() => cutSometimes(CUTS));
  afterEach(() => clearTimeout(cutting));

  function cutSometimes(left: number): void {
    const cut = () => {
      proxy.heal();
      if (left > 1) cutSometimes(left - 1);
    };
    cutting = setTimeout(cut, randomInt(20, 400));
  }

  /** The file of an upload has these bytes, one record, and counts once. */
  async function requireFile(uploadUrl: string, size: number, digest: string, name: string): Promise<void> {
    const { fileId, offset } = await new TusClient(owner).head(new URL(uploadUrl).pathname);
    expect(offset).toBe(size);
    const { body } = await owner.json<FileBody>('GET', `/api/files/${fileId!}/metadata`);
    expect(body).toMatchObject({ name, size, sha256: digest });
    const download = await owner.fetch(`/api/files/${fileId!}`);
    const hash = createHash('sha256');
    for await (const bytes of download.body!) hash.update(bytes as Uint8Array);
    expect(hash.digest('hex')).toBe(digest);
    const entries = await owner.trail('&action=FILE_UPLOAD');
    expect(entries.filter(({ resource }) => resource === fileId)).toHaveLength(1);
    const { counted, kept } = await usageOf(server, owner.userId);
    expect(counted).toEqual(kept);
    await owner.json('DELETE', `/api/files/${fileId!}?permanently=true`);
  }

  function uploadWithTusJs(bytes: Buffer, chunkSize: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const upload: Upload = new Upload(bytes, {
        endpoint: `${proxy.url}/api/uploads`,
        headers: { Authorization: `Bearer ${owner.token}` },
        metadata: { filename: 'tus-js.bin', sha256: sha256(bytes) },
        retryDelays: Array.from({ length: 200 }, () => 50),
        chunkSize,
        onSuccess: () => resolve(upload.url!),
        onError: reject,
      });
      upload.start();
    });
  }

  it.each(
    SIZES.flatMap((size) => [
      [size, Infinity],
      [size, 3 * MIB],
    ]),
  )(
    'tus-js-client uploads %i bytes, at most %s in a request, through cuts',
    async (size, chunkSize) => {
      const bytes = randomBytes(size);
      await requireFile(await uploadWithTusJs(bytes, chunkSize), size, sha256(bytes), 'tus-js.bin');
    },
    TIMEOUT_MS,
  );

  it.each(SIZES)(
    'tuspy uploads %i bytes with checksums, through cuts',
    async (size) => {
      const directory = await mkdtemp(join(tmpdir(), 'tuspy-'));
      const bytes = randomBytes(size);
      const path = join(directory, 'bytes');
      await writeFile(path, bytes);
      const program = [
        'test/support/tuspy-upload.py',
        `${proxy.url}/api/uploads`,
        owner.token,
        path,
        String(4 * MIB),
      ];
      const { stdout } = await execute('/usr/bin/python3', program);
      await rm(directory, { recursive: true });
      await requireFile(stdout.trim(), size, sha256(bytes), 'tuspy.bin');
    },
    TIMEOUT_MS,
  );
});
