import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditBody, Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

const CLIENTS = 8;
const ACTIONS_EACH = 250;

describe('2,000 mixed actions from 8 clients', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp()));
  afterAll(() => server.close());

  it('leave exactly one audit record each', async () => {
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => server.user()));
    await Promise.all(
      clients.map(async (client, index) => {
        const done: string[] = ['USER_REGISTER'];
        for (let action = 0; action < ACTIONS_EACH; action++)
          done.push(await act(client, action * 7 + index));
        const recorded = (await everything(client)).map(({ action }) => action);
        expect(recorded.sort()).toEqual(done.sort());
      }),
    );
  });

  /** Does one action and returns the name of its audit record. */
  async function act(client: Client, choice: number): Promise<string> {
    switch (choice % 6) {
      case 0:
        expect((await client.json('GET', '/api/files?limit=1')).status).toBe(200);
        return 'FILE_LIST';
      case 1:
        expect((await client.upload(`content ${choice}`)).status).toBe(201);
        return 'FILE_UPLOAD';
      case 2:
        expect((await client.json('PATCH', '/api/users/me', { name: `name ${choice}` })).status).toBe(200);
        return 'PROFILE_UPDATE';
      case 3:
        expect((await client.json('GET', `/api/files/${crypto.randomUUID()}/metadata`)).status).toBe(404);
        return 'ACCESS_DENIED';
      case 4:
        expect((await client.upload('x', { sha256: '0'.repeat(64) })).status).toBe(400);
        return 'FILE_REFUSED';
      default:
        return downloadOne(client);
    }
  }

  async function downloadOne(client: Client): Promise<string> {
    const own = uploads.get(client) ?? (await client.upload('to download')).body.id;
    const first = !uploads.has(client);
    uploads.set(client, own);
    if (first) return 'FILE_UPLOAD';
    expect((await client.download(own)).status).toBe(200);
    return 'FILE_DOWNLOAD';
  }
  const uploads = new Map<Client, string>();

  async function everything(client: Client): Promise<AuditBody[]> {
    const entries: AuditBody[] = [];
    let path: string | undefined = '/api/audit/logs?limit=200';
    while (path !== undefined) {
      const page: { body: AuditBody[]; headers: Headers } = await client.json<AuditBody[]>('GET', path);
      entries.push(...page.body);
      path = /<([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1];
    }
    return entries;
  }
});
