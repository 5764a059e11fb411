import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { BoundedWitnessStore } from '../../src/audit/witness/bounded-witness-store.js';
import { DynamoDbWitnessStore } from '../../src/audit/witness/dynamodb-witness-store.js';
import { S3WitnessStore } from '../../src/audit/witness/s3-witness-store.js';
import type { WitnessStore } from '../../src/audit/witness/witness-store.js';
import { SmallLog } from '../support/small-log.js';

// The AWS chain reads these.
process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';

const ANSWER_MS = 300;
const PATIENCE = 100;
/** Far more than the buffers between two ends of a connection. */
const ENDLESS = 200_000_000;
const log = new SmallLog().add(null, null, null);
const note = log.checkpoint(1);

/** A server in the place of AWS, which answers as the test tells it to. */
class OddServer {
  readonly requests: { readonly method: string; readonly headers: IncomingMessage['headers'] }[] = [];
  answer: (response: ServerResponse) => void = (response) => response.end();
  readonly #server: Server = createServer((request, response) => {
    this.requests.push({ method: request.method!, headers: request.headers });
    request.resume();
    this.answer(response);
  });

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get endpoint() {
    const { port } = this.#server.address() as AddressInfo;
    return { region: 'us-east-1', endpoint: `http://127.0.0.1:${port}` };
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

describe.each(['dynamodb', 's3'] as const)('a witness in %s that is not what it should be', (kind) => {
  let server: OddServer;
  let store: WitnessStore;
  beforeEach(async () => {
    server = new OddServer();
    await server.start();
    const s3 = { ...server.endpoint, bucket: 'bucket', forcePathStyle: true };
    store = new BoundedWitnessStore(
      kind === 's3'
        ? new S3WitnessStore(s3, 'witness', 'log.test', ANSWER_MS)
        : new DynamoDbWitnessStore(server.endpoint, 'table', 'log.test', ANSWER_MS),
      2 * ANSWER_MS,
    );
  });
  afterEach(() => server.stop());

  const whole = (text: string) =>
    kind === 's3' ? text : JSON.stringify({ Item: { origin: { S: 'log.test' }, checkpoint: { S: text } } });
  const type = kind === 's3' ? 'text/plain' : 'application/x-amz-json-1.0';
  const head = (more: Record<string, string> = {}) => ({ 'Content-Type': type, ETag: '"tag"', ...more });

  it('is asked again after an answer that stopped in the middle', async () => {
    server.answer = (response) => void response.writeHead(200, head()).write(whole(note).slice(0, 20));
    await expect(store.fetch()).rejects.toThrow('cannot be reached');
    server.answer = (response) => void response.writeHead(200, head()).end(whole(note));
    // The earlier call has to end by itself: there is only one at a time.
    let read: string | null = null;
    for (let attempt = 0; attempt < PATIENCE && read !== note; attempt++) {
      await delay(50);
      read = await store.fetch().catch(() => null);
    }
    expect(read).toBe(note);
  });

  it.each([301, 302, 307, 308])('is not looked for elsewhere (%i)', async (status) => {
    server.answer = (response) => void response.writeHead(status, { Location: '/elsewhere' }).end();
    await expect(store.fetch()).rejects.toThrow('cannot be reached');
    await expect(store.create(note)).rejects.toThrow('cannot be reached');
  });

  it('is not believed when it answers with a page', async () => {
    server.answer = (response) =>
      void response.writeHead(200, { 'Content-Type': 'text/html', ETag: '"tag"' }).end('<html>');
    await expect(store.fetch()).rejects.toThrow(/cannot be reached|holds no checkpoint/);
  });
});

describe('S3WitnessStore', () => {
  it('does not read an object without end', async () => {
    const server = new OddServer();
    await server.start();
    let sent = 0;
    server.answer = (response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain', ETag: '"tag"' });
      const more = () => {
        sent += 65_536;
        if (!response.destroyed && sent < ENDLESS) response.write('x'.repeat(65_536), more);
      };
      more();
    };
    const store = new S3WitnessStore(
      { ...server.endpoint, bucket: 'bucket', forcePathStyle: true },
      '',
      'log.test',
    );
    await expect(store.fetch()).rejects.toThrow('holds no checkpoint');
    expect(sent).toBeLessThan(ENDLESS);
    await server.stop();
  });

  it('replaces nothing on no condition when the bucket gives no entity tag', async () => {
    const server = new OddServer();
    await server.start();
    const store = new S3WitnessStore(
      { ...server.endpoint, bucket: 'bucket', forcePathStyle: true },
      '',
      'log.test',
      ANSWER_MS,
    );
    server.answer = (response) => void response.writeHead(200, { 'Content-Type': 'text/plain' }).end(note);
    await expect(store.fetch()).rejects.toThrow('entity tag');
    await expect(store.replace(note, log.checkpoint(2))).rejects.toThrow('entity tag');
    expect(await store.create(note)).toBe(true);
    await expect(store.replace(note, log.checkpoint(2))).rejects.toThrow('entity tag');
    const puts = server.requests.filter(({ method }) => method === 'PUT');
    expect(puts.map(({ headers }) => headers['if-none-match'])).toEqual(['*']);
    await server.stop();
  });
});
