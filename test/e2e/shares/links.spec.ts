import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { getDataSourceToken } from '@nestjs/typeorm';
import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { newId } from '../../../src/common/ids.js';
import { inBatches } from '../../../src/common/in-batches.js';
import { insertRows } from '../../../src/database/insert-rows.js';
import { Transactions } from '../../../src/database/transactions.js';
import { ShareLink } from '../../../src/shares/links/share-link.entity.js';
import type { Client } from '../../support/client.js';
import { share, type ShareBody } from '../../support/shares.js';
import { startApp, type TestApp } from '../../support/test-app.js';

const DAY_MS = 86_400_000;

describe('Links to files', () => {
  let server: TestApp;
  let client: Client;
  let file: string;
  beforeAll(async () => void (server = await startApp({ PUBLIC_URL: 'https://files.example.org' })));
  afterAll(() => server.close());
  beforeEach(async () => {
    client = await server.user();
    file = (await client.upload('shared bytes', { name: 'plan.pdf' })).body.id;
  });

  const rows = () => server.app.get<DataSource>(getDataSourceToken()).getRepository(ShareLink);
  const listed = async (path = '/api/shares') => (await client.json<ShareBody[]>('GET', path)).body;

  /** Gives the client links without their tokens. */
  async function insertLinks(count: number, fileId: string, values: Partial<ShareLink> = {}): Promise<void> {
    const columns = ['id', 'owner_id', 'file_id', 'token_hash', 'created_at', 'expires_at', 'max_downloads'];
    const links = Array.from({ length: count }, () => {
      const { expiresAt = null, maxDownloads = null } = values;
      return [newId(), client.userId, fileId, newId(), new Date().toISOString(), expiresAt, maxDownloads];
    });
    for (const batch of inBatches(links, 500))
      await server.app.get(Transactions).run((tx) => insertRows(tx, 'share_links', columns, batch));
  }

  it('show their token and address once, and are stored without them', async () => {
    const { status, headers, body } = await share(client, file);
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toBe('no-store');
    const { token, url, ...rest } = body;
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(url).toBe(`https://files.example.org/s/${token}`);
    expect(rest).toEqual({
      ...{ id: expect.any(String), file_id: file, created: expect.any(String) },
      ...{ expires: null, max_downloads: null, downloads: 0, has_password: false, note: null },
    });
    expect(await listed()).toEqual([rest]);
    expect(await listed(`/api/files/${file}/shares`)).toEqual([rest]);
    const row = await rows().findOneByOrFail({ id: body.id });
    expect(row.tokenHash).toBe(createHash('sha256').update(token).digest('hex'));
    expect(JSON.stringify(row)).not.toContain(token);
    expect(server.log.join('')).not.toContain(token);
  });

  it('keep expiry, password, number of downloads and note', async () => {
    const begun = Date.now();
    const input = { expires_in: 3600, password: 'p', max_downloads: 3, note: 'für Ada' };
    const { body } = await share(client, file, input);
    expect(body).toMatchObject({ has_password: true, max_downloads: 3, note: 'für Ada' });
    expect(Math.abs(Date.parse(body.expires!) - begun - 3_600_000)).toBeLessThan(10_000);
    const row = await rows().findOneByOrFail({ id: body.id });
    expect(row.passwordHash).toMatch(/^\$2b\$10\$/);
  });

  it.each([
    ['a second', { expires_in: 1 }],
    ['ten years', { expires_in: 3650 * 86_400 }],
    ['a million downloads', { max_downloads: 1_000_000 }],
    ['a note of 500 characters', { note: 'ẞ'.repeat(500) }],
    ['an empty note', { note: '' }],
    ['a password of 72 bytes', { password: '\u{1f511}'.repeat(18) }],
    ['a password of one character', { password: ' ' }],
  ])('accept %s', async (_, input) => {
    expect((await share(client, file, input)).status).toBe(201);
  });

  it.each<[string, object]>([
    ['no time', { expires_in: 0 }],
    ['half a second', { expires_in: 1.5 }],
    ['a time as text', { expires_in: '60' }],
    ['null as time', { expires_in: null }],
    ['more than ten years', { expires_in: 3650 * 86_400 + 1 }],
    ['no downloads', { max_downloads: 0 }],
    ['more than a million downloads', { max_downloads: 1_000_001 }],
    ['null as downloads', { max_downloads: null }],
    ['a note of 501 characters', { note: 'x'.repeat(501) }],
    ['a note with NUL', { note: 'a\u0000b' }],
    ['null as note', { note: null }],
    ['an empty password', { password: '' }],
    ['a password of 74 bytes', { password: 'é'.repeat(37) }],
    // Each becomes eighteen characters.
    ['a password that has more bytes in NFKC', { password: '\ufdfa'.repeat(3) }],
    ['a password with NUL', { password: 'a\u0000b' }],
    ['null as password', { password: null }],
    ['a token', { token: 'chosen' }],
  ])('refuse %s', async (_, input) => {
    const answer = await share(client, file, input);
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    expect(await listed()).toEqual([]);
  });

  it('are listed in pages, newest first, of all files and of one', async () => {
    const other = (await client.upload('other')).body.id;
    const made: string[] = [];
    for (let number = 0; number < 7; number++)
      made.unshift((await share(client, number % 2 === 0 ? file : other)).body.id);
    const ids = (pages: ShareBody[][]) => pages.flat().map(({ id }) => id);
    const all = await client.pages<ShareBody>('/api/shares?limit=3');
    expect([all.map(({ length }) => length), ids(all)]).toEqual([[3, 3, 1], made]);
    const ofOne = await client.pages<ShareBody>(`/api/files/${other}/shares?limit=2`);
    expect(ids(ofOne)).toEqual(made.filter((_, index) => index % 2 === 1));
    expect((await client.json('GET', '/api/shares?cursor=nonsense')).body.code).toBe('invalid_cursor');
  });

  it('are out of reach of other users, even of those who know their ids', async () => {
    const { body } = await share(client, file);
    const stranger = await server.user();
    expect((await share(stranger, file)).status).toBe(404);
    for (const [method, path] of [
      ['GET', `/api/files/${file}/shares`],
      ['DELETE', `/api/shares/${body.id}`],
    ] as const) {
      const answer = await stranger.json(method, path);
      expect([method, path, answer.status]).toEqual([method, path, 404]);
    }
    expect((await stranger.json('GET', '/api/shares')).body).toEqual([]);
    expect(await listed()).toHaveLength(1);
    const denied = await stranger.trail('&action=ACCESS_DENIED');
    expect(denied.map(({ resource_type: type }) => type).sort()).toEqual(['file', 'file', 'share']);
  });

  it('are revoked once', async () => {
    const { body } = await share(client, file);
    expect((await client.json('DELETE', `/api/shares/${body.id}`)).status).toBe(204);
    expect(await listed()).toEqual([]);
    const again = await client.json('DELETE', `/api/shares/${body.id}`);
    expect([again.status, again.body.code]).toEqual([404, 'share_not_found']);
  });

  it('are recorded, without token, password and note', async () => {
    const { body } = await share(client, file, { password: 'sesame', max_downloads: 2, note: 'for Bob' });
    await client.json('DELETE', `/api/shares/${body.id}`);
    const trail = await client.trail('&action=SHARE_*');
    expect(
      trail.map(({ action, resource, resource_type: type, metadata }) => [action, type, resource, metadata]),
    ).toEqual([
      ['SHARE_REVOKE', 'share', body.id, { file_id: file }],
      [
        'SHARE_CREATE',
        'share',
        body.id,
        { expires: null, file_id: file, filename: 'plan.pdf', has_password: true, max_downloads: 2 },
      ],
    ]);
    expect(await client.trail(`&resource=${body.id}`)).toHaveLength(2);
    expect(JSON.stringify(trail)).not.toMatch(new RegExp(`${body.token}|sesame|for Bob`));
  });

  it('stay while their file is in the trash, and go with it', async () => {
    const { body } = await share(client, file);
    await client.json('DELETE', `/api/files/${file}`);
    expect((await listed()).map(({ id }) => id)).toEqual([body.id]);
    expect((await client.json('GET', `/api/files/${file}/shares`)).status).toBe(404);
    expect((await share(client, file)).status).toBe(404);
    await client.json('POST', `/api/trash/${file}/restore`);
    expect(await listed(`/api/files/${file}/shares`)).toHaveLength(1);
    await client.json('DELETE', `/api/files/${file}?permanently=true`);
    expect(await listed()).toEqual([]);
    expect(await rows().countBy({ ownerId: client.userId })).toBe(0);
  });

  it('go with their account', async () => {
    await share(client, file, { note: 'personal' });
    expect((await client.json('DELETE', '/api/users/me', { password: client.password })).status).toBe(204);
    expect(await rows().countBy({ ownerId: client.userId })).toBe(0);
  });

  it('are at most 100 living ones a file, even when more are made in parallel', async () => {
    await insertLinks(90, file);
    const answers = await Promise.all(Array.from({ length: 20 }, () => share(client, file)));
    const outcomes = answers.map(({ status, body }) => `${status} ${body.code ?? ''}`.trim());
    expect(outcomes.filter((outcome) => outcome === '201')).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome === '409 too_many_shares')).toHaveLength(10);
    const other = (await client.upload('other')).body.id;
    expect((await share(client, other)).status).toBe(201);
    const [first] = await listed(`/api/files/${file}/shares`);
    await client.json('DELETE', `/api/shares/${first!.id}`);
    expect((await share(client, file)).status).toBe(201);
  });

  it('are at most 1000 living ones a user', async () => {
    for (let number = 0; number < 10; number++)
      await insertLinks(100, (await client.upload(`file ${number}`)).body.id);
    const answer = await share(client, file);
    expect([answer.status, answer.body.code]).toEqual([409, 'too_many_shares']);
  });

  it('leave the list when they have ended and their room is needed', async () => {
    const expiresAt = new Date(Date.now() - DAY_MS).toISOString();
    await insertLinks(99, file, { expiresAt });
    await insertLinks(1, file);
    expect(await listed(`/api/files/${file}/shares?limit=200`)).toHaveLength(100);
    expect((await share(client, file)).status).toBe(201);
    expect(await listed(`/api/files/${file}/shares`)).toHaveLength(2);
  });
});
