import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { FileLookup } from '../../src/files/catalogue/file-lookup.js';
import { type Client, type FileBody, sha256, type VersionBody } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { usageOf } from '../support/usage.js';

const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe('Races about one file', () => {
  let server: TestApp;
  let client: Client;
  beforeAll(async () => {
    server = await startApp({ VERSIONS_KEPT: '3' });
    client = await server.user();
  });
  afterAll(() => server.close());

  const versionsOf = async (id: string) =>
    (await client.json<VersionBody[]>('GET', `/api/files/${id}/versions`)).body;

  /** Usage is exact, and every version that is listed downloads with its digest. */
  async function requireWhole(id: string): Promise<void> {
    const { counted, kept } = await usageOf(server, client.userId);
    expect(counted).toEqual(kept);
    for (const { version, sha256: digest } of await versionsOf(id)) {
      expect(sha256((await client.downloadVersion(id, version)).body)).toBe(digest);
    }
  }

  it('answers a renaming with the content that a replacement has made meanwhile', async () => {
    const { body: file } = await client.upload('first');
    const lookup = server.app.get(FileLookup);
    const find = lookup.get.bind(lookup);
    const late = jest.spyOn(lookup, 'get').mockImplementationOnce(async (actor, id) => {
      const found = await find(actor, id);
      expect((await client.replace(id, 'second', { name: 'second.txt' })).status).toBe(200);
      return found;
    });
    const { body } = await client.json('PATCH', `/api/files/${file.id}`, { name: 'renamed.txt' });
    late.mockRestore();
    expect(body).toEqual((await client.json('GET', `/api/files/${file.id}/metadata`)).body);
    expect(body).toMatchObject({ name: 'renamed.txt', version: 2, size: 6, sha256: sha256('second') });
  });

  it('answers a renaming with 404 when the file is gone meanwhile', async () => {
    const { body: file } = await client.upload('first');
    const lookup = server.app.get(FileLookup);
    const find = lookup.get.bind(lookup);
    const late = jest.spyOn(lookup, 'get').mockImplementationOnce(async (actor, id) => {
      const found = await find(actor, id);
      await client.json('DELETE', `/api/files/${id}`);
      return found;
    });
    const { status } = await client.json('PATCH', `/api/files/${file.id}`, { name: 'renamed.txt' });
    late.mockRestore();
    expect(status).toBe(404);
    expect(await client.trail(`&resource=${file.id}&action=FILE_RENAME`)).toEqual([]);
  });

  it('loses neither of a renaming and a replacement at the same time', async () => {
    const { body: file } = await client.upload('first');
    for (let round = 0; round < 10; round++) {
      const name = `renamed ${round}`;
      const [renamed, replaced] = await Promise.all([
        client.json<FileBody>('PATCH', `/api/files/${file.id}`, { name }),
        client.replace(file.id, `round ${round}`, { name: 'replaced' }),
      ]);
      const { body: now } = await client.json<FileBody>('GET', `/api/files/${file.id}/metadata`);
      const last = renamed.body.version === replaced.body.version ? renamed.body : replaced.body;
      expect(now).toEqual(last);
      expect(renamed.body.name).toBe(name);
    }
    await requireWhole(file.id);
  });

  it('lets one of twenty replacements with the same If-Match through', async () => {
    const { body: file } = await client.upload('first');
    const before = (await server.stored()).length;
    const headers = { 'if-match': `"${sha256('first')}"` };
    const answers = await times(20, (index) => client.replace(file.id, `next ${index}`, { headers }));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array<number>(19).fill(412)]);
    expect(await server.stored()).toHaveLength(before + 1);
    await requireWhole(file.id);
  });

  it('makes twenty versions of twenty replacements, and keeps the newest', async () => {
    const before = (await server.stored()).length;
    const { body: file } = await client.upload('first');
    const answers = await times(20, (index) => client.replace(file.id, `next ${index}`));
    const numbers = answers.map(({ body }) => body.version).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 2));
    expect((await versionsOf(file.id)).map(({ version }) => version)).toEqual([21, 20, 19, 18]);
    expect(await server.stored()).toHaveLength(before + 4);
    await requireWhole(file.id);
  });

  it('leaves nothing of replacements and a deletion at the same time', async () => {
    const before = await server.stored();
    for (let round = 0; round < 5; round++) {
      const { body: file } = await client.upload('first');
      const [deletion, ...puts] = await Promise.all([
        client.json('DELETE', `/api/files/${file.id}?permanently=true`).then(({ status }) => status),
        ...Array.from({ length: 6 }, async (_, index) => (await client.replace(file.id, `${index}`)).status),
      ]);
      expect(deletion).toBe(204);
      expect(puts.every((status) => status === 200 || status === 404)).toBe(true);
      expect((await client.download(file.id)).status).toBe(404);
    }
    expect(await server.stored()).toEqual(before);
    const { counted, kept } = await usageOf(server, client.userId);
    expect(counted).toEqual(kept);
  });

  it('leaves nothing of an account that is deleted during its replacements', async () => {
    const before = await server.stored();
    for (let round = 0; round < 3; round++) {
      const other = await server.user();
      const { body: file } = await other.upload('first');
      const [deletion, ...puts] = await Promise.all([
        other.json('DELETE', '/api/users/me', { password: other.password }).then(({ status }) => status),
        ...Array.from({ length: 6 }, async (_, index) => (await other.replace(file.id, `${index}`)).status),
      ]);
      expect(deletion).toBe(204);
      expect(puts.every((status) => [200, 401, 404].includes(status))).toBe(true);
    }
    // The files of a deleted account are removed in the background.
    while ((await server.stored()).length > before.length) await delay(100);
    expect(await server.stored()).toEqual(before);
  });

  it('keeps replacements, restores and deletions of versions apart', async () => {
    const { body: file } = await client.upload('first');
    for (let round = 0; round < 4; round++) {
      const versions = await versionsOf(file.id);
      const oldest = versions.at(-1)!.version;
      const statuses = await Promise.all([
        ...Array.from({ length: 4 }, async (_, index) =>
          client.replace(file.id, `${round}.${index}`).then(({ status }) => status),
        ),
        client.json('POST', `/api/files/${file.id}/versions/${oldest}/restore`).then(({ status }) => status),
        client.json('DELETE', `/api/files/${file.id}/versions/${oldest}`).then(({ status }) => status),
      ]);
      expect(statuses.every((status) => [200, 204, 404, 409].includes(status))).toBe(true);
      await requireWhole(file.id);
    }
  });

  it('gives a version that is being trimmed whole or not at all', async () => {
    const contents = Array.from({ length: 24 }, (_, index) => String(index).padEnd(600_000, `${index} `));
    const { body: file } = await client.upload(contents[0]!);
    let last = 1;
    const seen: number[] = [];
    const read = async () => {
      while (last < contents.length) {
        const version = Math.max(1, last - 3);
        const { status, body } = await client.downloadVersion(file.id, version);
        seen.push(status);
        if (status === 200) expect(sha256(body)).toBe(sha256(contents[version - 1]!));
        else expect([404, 503]).toContain(status);
        const current = await client.download(file.id);
        expect(current.status).toBe(200);
        expect(current.headers.get('etag')).toBe(`"${sha256(current.body)}"`);
      }
    };
    const write = async () => {
      for (const content of contents.slice(1)) {
        await client.replace(file.id, content);
        last++;
      }
    };
    await Promise.all([write(), read(), read()]);
    expect(seen).toContain(200);
    expect(server.log.filter((line) => line.includes('ALERT'))).toEqual([]);
    await requireWhole(file.id);
  });
});
