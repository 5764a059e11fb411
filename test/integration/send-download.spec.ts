import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import http, { type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { sendDownload } from '../../src/files/downloads/send-download.js';
import { BufferPool } from '../../src/files/storage/buffer-pool.js';
import { LocalStorage } from '../../src/files/storage/local-storage.js';
import { VerifiedSource } from '../../src/files/downloads/verified-source.js';

const MIB = 1024 * 1024;
const CLIENTS = 32;

describe('sendDownload, of files on disk over real sockets', () => {
  let root: string;
  let storage: LocalStorage;
  let pool: BufferPool;
  let server: Server;
  let port: number;
  let key: string;
  let bytes: Buffer;
  /** The downloads that were answered, and the errors of those that broke off. */
  let sent: Promise<void>[];
  let broken: Error[];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'send-'));
    pool = new BufferPool(256 * 1024, 8);
    storage = new LocalStorage(root, pool);
    await storage.prepare();
    [sent, broken] = [[], []];
    server = http.createServer((_request, response) => void sent.push(answer(response)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(root, { recursive: true });
  });

  async function store(size: number): Promise<void> {
    key = crypto.randomUUID();
    bytes = randomBytes(size);
    await storage.write(key, Readable.from([bytes]));
  }

  async function answer(response: ServerResponse, sha256 = digestOf(bytes)): Promise<void> {
    const { source } = await storage.open(key);
    const rest = new VerifiedSource(source, sha256);
    const first = await rest.next();
    const second = await rest.next();
    const tell = (error: Error) => Promise.resolve(void broken.push(error));
    const body = first === null ? null : { first, second, rest, broken: tell };
    await sendDownload(response, { status: 200, headers: { 'Content-Length': bytes.length }, body });
  }

  const openFiles = async () => (await readdir('/proc/self/fd')).length;
  const get = async () => Buffer.from(await (await fetch(`http://127.0.0.1:${port}`)).arrayBuffer());

  it.each([0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 512 * 1024, 5 * MIB + 7])(
    'sends %i bytes unchanged, and gives all memory back',
    async (size) => {
      await store(size);
      const answers = await Promise.all([get(), get(), get()]);
      expect(answers.every((received) => received.equals(bytes))).toBe(true);
      await Promise.all(sent);
      expect([pool.lent, broken]).toEqual([0, []]);
    },
  );

  it('breaks off the transfer of damaged bytes before their last piece', async () => {
    await store(MIB);
    server.removeAllListeners('request');
    server.on(
      'request',
      (_request, response: ServerResponse) => void sent.push(answer(response, digestOf(Buffer.from('x')))),
    );
    await expect(get()).rejects.toThrow();
    await Promise.all(sent);
    expect(broken).toMatchObject([{ name: 'StorageError', reason: 'damaged' }]);
    expect(pool.lent).toBe(0);
  });

  it(`leaves no descriptor and no buffer when ${CLIENTS} clients disconnect at any point`, async () => {
    await store(8 * MIB);
    const before = await openFiles();
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: CLIENTS }, () => breakOff(port, Math.random() * bytes.length)));
      // Buffers of aborted downloads must not affect a running one.
      expect((await get()).equals(bytes)).toBe(true);
    }
    await Promise.all(sent);
    expect(sent).toHaveLength(3 * (CLIENTS + 1));
    expect(pool.lent).toBe(0);
    // Sockets of the last requests close a moment later.
    server.closeAllConnections();
    while ((await openFiles()) > before) await delay(20);
    expect(await openFiles()).toBeLessThanOrEqual(before);
  });
});

/** Reads some bytes of an answer, then cuts the connection. */
async function breakOff(port: number, after: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
  let received = 0;
  socket.on('data', (chunk) => {
    received += chunk.length;
    if (received < after) return;
    if (after % 2 < 1) socket.destroy();
    else socket.resetAndDestroy();
  });
  socket.on('error', () => undefined);
  await once(socket, 'close');
}

function digestOf(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
