import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Client, type FileBody, sha256, type VersionBody } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { usageOf } from '../support/usage.js';

const MISSING = '01a20f00-d937-736a-9591-b2848e877faa';

describe('The versions of a file', () => {
  let server: TestApp;
  let client: Client;
  /** It had the contents `one` and `two!`, and has `three`. */
  let file: FileBody;
  beforeAll(async () => {
    server = await startApp();
    client = await server.user();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    file = (await client.upload('one', { name: 'a.txt', type: 'text/plain' })).body;
    await client.replace(file.id, 'two!', { name: 'b.csv', type: 'text/csv' });
    await client.replace(file.id, 'three', { name: 'c.html', type: 'text/html' });
  });

  const path = (rest = '') => `/api/files/${file.id}/versions${rest}`;
  const list = async () => (await client.json<VersionBody[]>('GET', path())).body;
  const numbers = async () => (await list()).map(({ version }) => version);

  async function requireExact(): Promise<void> {
    const { counted, kept } = await usageOf(server, client.userId);
    expect(counted).toEqual(kept);
  }

  it('are listed newest first, with the current one, in pages', async () => {
    const versions = await list();
    expect(versions.map(({ version, name, size, current }) => [version, name, size, current])).toEqual([
      [3, 'c.html', 5, true],
      [2, 'b.csv', 4, false],
      [1, 'a.txt', 3, false],
    ]);
    expect(versions[2]).toEqual({
      version: 1,
      name: 'a.txt',
      size: 3,
      mime_type: 'text/plain',
      sha256: sha256('one'),
      created: file.created,
      current: false,
    });
    const pages = await client.pages<VersionBody>(path('?limit=1'));
    expect(pages.map((page) => page.map(({ version }) => version))).toEqual([[3], [2], [1]]);
    expect((await client.json('GET', path('?cursor=x'))).body.code).toBe('invalid_cursor');
  });

  it('are downloaded as the file is: name, type, digests, ranges, conditions, HEAD', async () => {
    const whole = await client.downloadVersion(file.id, 2);
    expect([whole.status, whole.body.toString()]).toEqual([200, 'two!']);
    expect(whole.headers.get('content-disposition')).toContain('filename="b.csv"');
    expect(whole.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(whole.headers.get('etag')).toBe(`"${sha256('two!')}"`);
    expect(whole.headers.get('repr-digest')).toBe(
      `sha-256=:${Buffer.from(sha256('two!'), 'hex').toString('base64')}:`,
    );
    const part = await client.downloadVersion(file.id, 2, { range: 'bytes=1-2' });
    expect([part.status, part.body.toString(), part.headers.get('content-range')]).toEqual([
      206,
      'wo',
      'bytes 1-2/4',
    ]);
    const status = async (headers: Record<string, string>, method?: string) =>
      (await client.downloadVersion(file.id, 2, headers, method)).status;
    expect(await status({ range: 'bytes=9-' })).toBe(416);
    expect(await status({ 'if-none-match': `"${sha256('two!')}"` })).toBe(304);
    expect(await status({ 'if-match': `"${sha256('three')}"` })).toBe(412);
    const head = await client.downloadVersion(file.id, 1, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), head.body.length]).toEqual([200, '3', 0]);
    expect((await client.downloadVersion(file.id, 3)).body.toString()).toBe('three');
    const trail = await client.trail(`&resource=${file.id}&action=FILE_DOWNLOAD`);
    expect(trail.map(({ metadata }) => metadata)).toEqual([
      { filename: 'c.html' },
      { filename: 'b.csv', range: '1-2', version: 2 },
      { filename: 'b.csv', version: 2 },
    ]);
  });

  it('become the current one again without a copy of their bytes', async () => {
    const before = await server.stored();
    const { status, body } = await client.json<FileBody>('POST', path('/1/restore'));
    expect([status, body]).toEqual([
      200,
      {
        ...file,
        version: 4,
        name: 'a.txt',
        mime_type: 'text/plain',
        sha256: sha256('one'),
        updated: body.updated,
      },
    ]);
    expect(await server.stored()).toEqual(before);
    expect((await client.download(file.id)).body.toString()).toBe('one');
    expect(await numbers()).toEqual([4, 3, 2, 1]);
    const [entry] = await client.trail(`&resource=${file.id}&action=FILE_RESTORE`);
    expect(entry).toMatchObject({ outcome: 'success', metadata: { version: 1, filename: 'a.txt' } });
    await requireExact();
  });

  it('stay as they are when the current one is restored', async () => {
    const { body: before } = await client.json('GET', `/api/files/${file.id}/metadata`);
    const { status, body } = await client.json('POST', path('/3/restore'));
    expect([status, body]).toEqual([200, before]);
    expect(await numbers()).toEqual([3, 2, 1]);
    expect(await client.trail(`&resource=${file.id}&action=FILE_RESTORE`)).toEqual([]);
  });

  it('are deleted one by one, with their bytes when no other has them, but not the current one', async () => {
    await client.json('POST', path('/1/restore'));
    const stored = (await server.stored()).length;
    expect((await client.json('DELETE', path('/1'))).status).toBe(204);
    expect(await server.stored()).toHaveLength(stored);
    expect((await client.json('DELETE', path('/2'))).status).toBe(204);
    expect(await server.stored()).toHaveLength(stored - 1);
    const current = await client.json('DELETE', path('/4'));
    expect([current.status, current.body.code]).toEqual([409, 'version_current']);
    expect(await numbers()).toEqual([4, 3]);
    const [entry] = await client.trail(`&resource=${file.id}&action=VERSION_DELETE`);
    expect(entry).toMatchObject({
      actor: { type: 'user', id: client.userId },
      metadata: { version: 2, filename: 'b.csv' },
    });
    await requireExact();
    // A number that is free again is not given again.
    expect((await client.replace(file.id, 'five')).body.version).toBe(5);
  });

  it('are unknown where the file has none with that number, and invalid where it is no number', async () => {
    for (const [method, rest] of [
      ['GET', '/9'],
      ['POST', '/9/restore'],
      ['DELETE', '/9'],
    ] as const) {
      const unknown = await client.json(method, path(rest));
      expect([method, unknown.status, unknown.body.code]).toEqual([method, 404, 'version_not_found']);
      const invalid = await client.json(method, path(rest.replace('9', '1e1')));
      expect([method, invalid.status, invalid.body.code]).toEqual([method, 400, 'validation_failed']);
      const foreign = await (await server.user()).json(method, path(rest.replace('9', '1')));
      expect([method, foreign.status, foreign.body.code]).toEqual([method, 404, 'file_not_found']);
      const missing = await client.json(method, path(rest).replace(file.id, MISSING));
      expect([method, missing.body.code]).toEqual([method, 'file_not_found']);
    }
  });

  it('go with the file', async () => {
    const owner = await server.user();
    const before = await server.stored();
    const { body } = await owner.upload('a');
    await owner.replace(body.id, 'b');
    await owner.json('POST', `/api/files/${body.id}/versions/1/restore`);
    await owner.json('DELETE', `/api/files/${body.id}?permanently=true`);
    expect(await server.stored()).toEqual(before);
    expect((await owner.downloadVersion(body.id, 1)).status).toBe(404);
  });

  it('answer 404 without an alarm when their bytes went with a trimmed row, 503 with one when they are lost', async () => {
    const lost = (await client.upload('lost')).body;
    const stored = new Set(await server.stored());
    await client.replace(lost.id, 'newer');
    const alarms = () => server.log.filter((line) => line.includes('ALERT')).length;
    const before = alarms();
    await client.json('DELETE', `/api/files/${lost.id}/versions/1`);
    expect((await client.downloadVersion(lost.id, 1)).status).toBe(404);
    expect(alarms()).toBe(before);
    const [newest] = (await server.stored()).filter((name) => !stored.has(name));
    await client.replace(lost.id, 'newest');
    await server.tamper(newest!, null);
    expect((await client.downloadVersion(lost.id, 2)).status).toBe(503);
    expect(alarms()).toBe(before + 1);
  });
});
