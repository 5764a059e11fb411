import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { holdRequests } from './hold-requests.js';

describe('holdRequests', () => {
  let server: Server;
  let url: string;
  beforeEach(async () => {
    server = createServer((_, response) => response.end('served'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => void server.close().closeAllConnections());

  it('holds requests until they are served, and passes later ones on', async () => {
    const serve = holdRequests(server);
    let answered = false;
    const held = fetch(url).then((answer) => answer.text());
    void held.then(() => (answered = true));
    const gone = fetch(url, { signal: AbortSignal.timeout(50) });
    await expect(gone).rejects.toThrow();
    expect(answered).toBe(false);
    serve();
    expect(await held).toBe('served');
    expect(await (await fetch(url)).text()).toBe('served');
  });

  it('refuses a request that has waited too long with 503 not_ready', async () => {
    const serve = holdRequests(server, 20);
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ code: 'not_ready' });
    serve();
    expect((await fetch(url)).status).toBe(200);
  });
});
