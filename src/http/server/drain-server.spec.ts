import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { drainServer, watchConnections } from './drain-server.js';

/** Longer than every test may take. A connection that is kept until the end of the grace fails its test. */
const GRACE_MS = 60_000;

describe('drainServer', () => {
  let server: Server;
  const held: ServerResponse[] = [];
  beforeEach(async () => {
    server = createServer({ headersTimeout: 300, connectionsCheckingInterval: 20 }, (request, response) => {
      if (request.url === '/held') held.push(response);
      else response.end('served');
    });
    watchConnections(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(() => server.closeAllConnections());

  const open = async (text: string): Promise<Socket> => {
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    if (text !== '') socket.write(text);
    const [peer] = await accepted;
    while (peer.bytesRead < text.length) await delay(5);
    return socket;
  };
  const drain = () => drainServer(server, Date.now() + GRACE_MS);

  it('closes connections that have sent nothing, and lets a running request finish', async () => {
    const silent = await open('');
    const cut = once(silent.resume(), 'close');
    const busy = await open('');
    const asked = once(server, 'request');
    busy.write('GET /held HTTP/1.1\r\nHost: x\r\n\r\n');
    await asked;
    const drained = drain();
    await cut;
    const answer = once(busy, 'data');
    held.pop()!.end('whole');
    expect(String(await answer)).toMatch(/^HTTP\/1\.1 200 .*whole$/s);
    await drained;
  });

  it('closes a connection that waits for its next request', async () => {
    const idle = await open('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(idle, 'data');
    await drain();
  });

  it('gives the head of a request only the usual time, even when it makes progress', async () => {
    const slow = await open('GET / HTTP/1.1\r\nHost: x\r\n');
    const trickle = setInterval(() => slow.write('x'), 20);
    try {
      await drain();
    } finally {
      clearInterval(trickle);
    }
  });
});
