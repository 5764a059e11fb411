import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '../support/client.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { formOf, Signer } from '../support/signer.js';

const USES = 40;

describe('three processes behind nginx and signed requests', () => {
  let cluster: Cluster;
  let ada: Client;
  let signer: Signer;
  let anybody: Client;
  beforeAll(async () => {
    cluster = await startCluster();
    ada = await cluster.user();
    signer = await Signer.of(ada);
    anybody = new Client(cluster.url);
  });
  afterAll(() => cluster.stop());

  it('accept what was signed for the address of nginx, query, upload and pieces too', async () => {
    expect((await signer.json(anybody, 'GET', '/api/users/me')).status).toBe(200);
    expect((await signer.json(anybody, 'GET', '/api/files?limit=2&name=a%20b%2Fc')).status).toBe(200);
    const { status } = await signer.json(anybody, 'POST', '/api/files', formOf(Buffer.alloc(300_000, 'x')));
    expect(status).toBe(201);
    const begun = await signer.fetch(anybody, 'POST', '/api/uploads', { headers: { 'upload-length': '5' } });
    const piece = await signer.fetch(anybody, 'PATCH', begun.headers.get('location')!, {
      headers: { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      body: Buffer.from('bytes'),
    });
    expect([begun.status, piece.status]).toEqual([201, 204]);
    const { body } = await ada.json<{ size: number }[]>('GET', '/api/files');
    expect(body.map(({ size }) => size)).toEqual([5, 300_000]);
  });

  it('refuse what was signed for another address, whatever X-Forwarded-Host says', async () => {
    const url = 'https://files.example.org/api/users/me';
    const headers = signer.headersOf({ method: 'GET', url });
    const forwarded: Record<string, string>[] = [
      {},
      { 'x-forwarded-host': 'files.example.org' },
      { forwarded: 'host=files.example.org' },
    ];
    for (const more of forwarded) {
      const { status } = await anybody.json('GET', '/api/users/me', undefined, { ...headers, ...more });
      expect(status).toBe(401);
    }
    const direct = await anybody.json('GET', '/api/users/me', undefined, {
      ...signer.headersOf({ method: 'GET', url: `${cluster.instances[0]!.url}/api/users/me` }),
    });
    expect(direct.status).toBe(401);
  });

  it(`let one of ${USES} parallel uses of a signature pass, through nginx and at all instances`, async () => {
    for (let round = 0; round < 5; round++) {
      const headers = signer.headersOf({ method: 'GET', url: `${cluster.url}/api/users/me` });
      const host = new URL(cluster.url).host;
      const urls = [cluster.url, ...cluster.instances.map((instance) => instance.url)];
      const statuses = await Promise.all(
        Array.from({ length: USES }, (_, use) => statusAt(urls[use % urls.length]!, { ...headers, host })),
      );
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(statuses.filter((status) => status === 401)).toHaveLength(USES - 1);
    }
  });

  it('end a revoked key on every instance within five seconds', async () => {
    const revoked = await Signer.of(ada);
    const statuses = () =>
      Promise.all(
        cluster.instances.map(
          async ({ url }) => (await revoked.json(new Client(url), 'GET', '/api/users/me')).status,
        ),
      );
    expect(await statuses()).toEqual([200, 200, 200]);
    expect((await ada.json('DELETE', `/api/auth/keys/${revoked.keyId}`)).status).toBe(204);
    await delay(5000);
    expect(await statuses()).toEqual([401, 401, 401]);
  });
});

/** The status at an instance or at nginx. `fetch` would replace the host. */
function statusAt(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/users/me`, { headers, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode!));
    });
    sent.on('error', reject).end();
  });
}
