import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../../support/client.js';
import { rawExchange, statusOf } from '../../support/raw-http.js';
import { startApp, type TestApp } from '../../support/test-app.js';

describe('security.md: isolation', () => {
  let server: TestApp;
  let owner: Client;
  let stranger: Client;
  let id: string;
  beforeAll(async () => {
    server = await startApp();
    owner = await server.user();
    stranger = await server.user();
    id = (await owner.upload('private', { name: 'private.txt' })).body.id;
  });
  afterAll(() => server.close());

  const routes = (fileId: string) =>
    [
      ['GET', `/api/files/${fileId}`],
      ['HEAD', `/api/files/${fileId}`],
      ['GET', `/api/files/${fileId}/metadata`],
      ['PATCH', `/api/files/${fileId}`],
      ['DELETE', `/api/files/${fileId}`],
    ] as const;

  const body = (method: string) => (method === 'PATCH' ? { name: 'stolen.txt' } : undefined);

  it('answers another user’s id exactly like a missing one, and records one denial of the caller for both', async () => {
    const missing = '01a20f00-d937-736a-9591-b2848e877faa';
    for (const [index, [method, path]] of routes(id).entries()) {
      const foreign = await stranger.json(method, path, body(method));
      const absent = await stranger.json(method, routes(missing)[index]![1], body(method));
      const plain = ({ status, body: answer, headers }: typeof foreign) => ({
        status,
        body: { ...answer, request_id: 'any' },
        headers: [...headers.keys()],
      });
      expect(plain(foreign)).toEqual(plain(absent));
      expect(foreign.status).toBe(404);
    }
    const denials = await stranger.trail('&action=ACCESS_DENIED');
    expect(denials).toHaveLength(10);
    expect(denials.filter(({ resource }) => resource === id)).toHaveLength(5);
    expect(await owner.trail('&action=ACCESS_DENIED')).toHaveLength(0);
    expect((await owner.download(id)).body.toString()).toBe('private');
  });

  it('refuses everything without a token', async () => {
    const nobody = server.client();
    for (const [method, path] of [
      ...routes(id),
      ['GET', '/api/files'],
      ['POST', '/api/files'],
      ['GET', '/api/users/me'],
      ['PATCH', '/api/users/me'],
      ['DELETE', '/api/users/me'],
      ['POST', '/api/users/me/password'],
      ['GET', '/api/audit/logs'],
    ] as const) {
      expect([method, path, (await nobody.json(method, path)).status]).toEqual([method, path, 401]);
    }
  });

  it('gives the same answer for every spelling of a path', async () => {
    const hex = id.replace(/^./, (first) => `%${first.charCodeAt(0).toString(16)}`);
    const forms = [
      `/api/files/${id}`,
      `/api/files/${id}/`,
      `/API/FILES/${id}`,
      `/api/files/${id.toUpperCase()}`,
      `/api/files/${hex}`,
      `/api/files/${id}?x=1`,
      `//api/files/${id}`,
      `/api//files/${id}`,
      `/api/%2e/files/${id}`,
      `/api/files/%2e%2e/files/${id}`,
      `/api/files/..%2f..%2fetc%2fpasswd`,
      `/api/files/${id}%00`,
    ];
    for (const path of forms) {
      for (const extra of ['', 'Range: bytes=0-2\r\n']) {
        const request = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${stranger.token}\r\n${extra}Connection: close\r\n\r\n`;
        const answer = await rawExchange(server.port, [request]);
        expect([path, statusOf(answer)]).toEqual([path, 404]);
        expect(answer).not.toContain('private');
      }
    }
  });
});
