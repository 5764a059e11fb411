import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Housekeeping } from '../../../src/common/lifecycle/housekeeping.js';
import { Transactions } from '../../../src/database/transactions.js';
import { ShareGrant } from '../../../src/shares/grants/share-grant.entity.js';
import { ShareLink } from '../../../src/shares/links/share-link.entity.js';
import type { Client } from '../../support/client.js';
import { type GrantBody, openShare, pathOf, share, type ShareBody, tokenOf } from '../../support/shares.js';
import { startApp, type TestApp } from '../../support/test-app.js';

const PAST = '2026-01-01T00:00:00.000Z';

describe('Grants of links', () => {
  let server: TestApp;
  let owner: Client;
  let anyone: Client;
  let file: string;
  beforeAll(async () => {
    server = await startApp({ PUBLIC_URL: 'https://files.example.org', VERSIONS_KEPT: '2' });
    anyone = server.client();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    owner = await server.user();
    file = (await owner.upload('0123456789', { name: 'plan.txt', type: 'text/plain' })).body.id;
  });

  const change = (entity: typeof ShareLink | typeof ShareGrant, values: object) =>
    server.app.get(Transactions).run(async (tx) => {
      await tx.createQueryBuilder().update(entity).set(values).execute();
    });
  const grantRows = () => server.app.get<DataSource>(getDataSourceToken()).getRepository(ShareGrant);
  const downloadsOf = async ({ id }: ShareBody) =>
    (await owner.json<ShareBody[]>('GET', '/api/shares')).body.find((link) => link.id === id)?.downloads;
  const granted = async (link: ShareBody): Promise<GrantBody> => {
    const { status, body } = await openShare(anyone, link.token);
    expect(status).toBe(201);
    return body;
  };
  const fetched = async (grant: GrantBody, headers: Record<string, string> = {}) => {
    const answer = await anyone.fetch(pathOf(grant), { headers });
    return `${answer.status} ${await answer.text()}`;
  };
  const expectOver = async (grant: GrantBody) => {
    const answer = await anyone.json('GET', pathOf(grant));
    expect([answer.status, answer.body.code]).toEqual([404, 'grant_not_found']);
    expect((await anyone.fetch(pathOf(grant), { method: 'HEAD' })).status).toBe(404);
  };

  it('count as one download, and give the bytes as often as wanted', async () => {
    const link = (await share(owner, file)).body;
    const begun = Date.now();
    const answer = await openShare(anyone, link.token);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const grant = answer.body;
    expect(grant).toEqual({
      url: `https://files.example.org/api/public/grants/${tokenOf(grant)}`,
      file: { name: 'plan.txt', size: 10, mime_type: 'text/plain', sha256: expect.any(String) },
      expires: expect.any(String),
    });
    expect(tokenOf(grant)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(tokenOf(grant)).not.toBe(link.token);
    expect(Math.abs(Date.parse(grant.expires) - begun - 3_600_000)).toBeLessThan(10_000);
    for (let turn = 0; turn < 3; turn++) expect(await fetched(grant)).toBe('200 0123456789');
    expect(await fetched(grant, { range: 'bytes=2-4' })).toBe('206 234');
    expect(await fetched(grant, { 'if-none-match': `"${grant.file.sha256}"` })).toBe('304 ');
    expect(await fetched(grant, { 'if-match': '"other"' })).toMatch(/^412 .*precondition_failed/);
    expect((await anyone.fetch(pathOf(grant), { method: 'HEAD' })).headers.get('content-length')).toBe('10');
    expect(await downloadsOf(link)).toBe(1);
    expect(JSON.stringify(await grantRows().find())).not.toContain(tokenOf(grant));
  });

  it.each([
    ['<script>alert(1)</script>', 'page.html', 'text/html'],
    ['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'image.svg', 'image/svg+xml'],
    ['text', 'für "später".txt', 'text/plain'],
  ])('have the headers of the owner’s download: %s', async (bytes, name, type) => {
    const { id } = (await owner.upload(bytes, { name, type })).body;
    const grant = await granted((await share(owner, id)).body);
    const plain = (headers: Headers) =>
      Object.fromEntries([...headers].filter(([header]) => !['x-request-id', 'date'].includes(header)));
    const shown = plain((await anyone.fetch(pathOf(grant))).headers);
    expect(shown).toEqual(plain((await owner.download(id)).headers));
    expect(shown).toMatchObject({
      'content-disposition': expect.stringMatching(/^attachment; /),
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
    if (type !== 'text/plain') expect(shown['content-type']).toBe('application/octet-stream');
  });

  it('are exactly as many as the link allows, under 100 parallel requests', async () => {
    const link = (await share(owner, file, { max_downloads: 5 })).body;
    const answers = await Promise.all(Array.from({ length: 100 }, () => openShare(anyone, link.token)));
    const outcomes = answers.map(({ status, body }) => `${status} ${body.code ?? ''}`.trim());
    expect(outcomes.filter((outcome) => outcome === '201')).toHaveLength(5);
    expect(outcomes.filter((outcome) => outcome === '404 share_not_found')).toHaveLength(95);
    expect(await downloadsOf(link)).toBe(5);
    expect(await owner.trail('&action=SHARE_OPEN')).toHaveLength(5);
  });

  it('go on past the expiry of the link and its last download, for an hour', async () => {
    const link = (await share(owner, file, { max_downloads: 1, expires_in: 60 })).body;
    const grant = await granted(link);
    await change(ShareLink, { expiresAt: PAST });
    expect((await openShare(anyone, link.token)).status).toBe(404);
    expect(await fetched(grant)).toBe('200 0123456789');
    await change(ShareGrant, { expiresAt: PAST });
    await expectOver(grant);
    await server.app.get(Housekeeping).runAll();
    expect(await grantRows().countBy({ linkId: link.id })).toBe(0);
  });

  it('are over when the link is revoked', async () => {
    const link = (await share(owner, file)).body;
    const grant = await granted(link);
    await owner.json('DELETE', `/api/shares/${link.id}`);
    await expectOver(grant);
    expect((await openShare(anyone, link.token)).status).toBe(404);
  });

  it('are over when the file goes into the trash; its link opens it again after a restore', async () => {
    const link = (await share(owner, file)).body;
    const grant = await granted(link);
    await owner.json('DELETE', `/api/files/${file}`);
    await expectOver(grant);
    expect((await openShare(anyone, link.token)).body.code).toBe('share_not_found');
    await owner.json('POST', `/api/trash/${file}/restore`);
    await expectOver(grant);
    expect(await fetched(await granted(link))).toBe('200 0123456789');
    expect(await downloadsOf(link)).toBe(2);
  });

  it('are over when the file is deleted for good', async () => {
    const link = (await share(owner, file)).body;
    const grant = await granted(link);
    await owner.json('DELETE', `/api/files/${file}?permanently=true`);
    await expectOver(grant);
    expect(await grantRows().countBy({ linkId: link.id })).toBe(0);
  });

  it('are over while the owner is disabled, and stay so', async () => {
    const link = (await share(owner, file)).body;
    const grant = await granted(link);
    const admin = await server.userWithRole('admin');
    await admin.json('POST', `/api/admin/users/${owner.userId}/disable`);
    await expectOver(grant);
    expect((await openShare(anyone, link.token)).body.code).toBe('share_not_found');
    await admin.json('POST', `/api/admin/users/${owner.userId}/enable`);
    await expectOver(grant);
    expect(await fetched(await granted(link))).toBe('200 0123456789');
  });

  it('are over when the owner deletes the account, whose trail forgets who opened the link', async () => {
    const link = (await share(owner, file)).body;
    const grant = await granted(link);
    const auditor = await server.userWithRole('auditor');
    await owner.json('DELETE', '/api/users/me', { password: owner.password });
    await expectOver(grant);
    expect((await openShare(anyone, link.token)).body.code).toBe('share_not_found');
    const trail = await auditor.trail(`&user_id=${owner.userId}&action=SHARE_*`);
    expect(trail.map(({ action, ip, user_agent: agent, metadata }) => [action, ip, agent, metadata])).toEqual(
      [
        ['SHARE_OPEN', null, null, { file_id: file, version: 1 }],
        ['SHARE_CREATE', null, null, expect.not.objectContaining({ filename: expect.anything() })],
      ],
    );
  });

  it('are for the content of their time, as long as it is kept', async () => {
    const link = (await share(owner, file)).body;
    const first = await granted(link);
    await owner.replace(file, 'second', { name: 'second.txt' });
    const second = await granted(link);
    expect(await fetched(first)).toBe('200 0123456789');
    expect(await fetched(second)).toBe('200 second');
    await owner.replace(file, 'third');
    await owner.replace(file, 'fourth');
    // VERSIONS_KEPT is 2: the first content was trimmed.
    await expectOver(first);
    expect(await fetched(second)).toBe('200 second');
    await owner.json('DELETE', `/api/files/${file}/versions/2`);
    await expectOver(second);
    expect(await fetched(await granted(link))).toBe('200 fourth');
  });

  it('are in the trail of the owner, with address and agent of whoever opened the link', async () => {
    const link = (await share(owner, file)).body;
    const agent = { 'user-agent': 'Browser/1.0' };
    const grant = (await openShare(anyone, link.token, undefined, agent)).body;
    await anyone.json('GET', pathOf(grant), undefined, agent);
    const [download, open] = await owner.trail();
    expect(open).toMatchObject({
      ...{ action: 'SHARE_OPEN', outcome: 'success', user_id: owner.userId },
      ...{ resource: link.id, resource_type: 'share', actor: { type: 'anonymous', id: null } },
      ...{ ip: '127.0.0.1', user_agent: 'Browser/1.0' },
      metadata: { file_id: file, filename: 'plan.txt', version: 1 },
    });
    expect(download).toMatchObject({
      ...{ action: 'FILE_DOWNLOAD', user_id: owner.userId, actor: { type: 'anonymous', id: null } },
      ...{ resource: file, user_agent: 'Browser/1.0' },
    });
  });

  it('belong to nobody: another user who opens the link is not named', async () => {
    const link = (await share(owner, file)).body;
    const other = await server.user();
    await openShare(other, link.token);
    expect((await owner.trail('&action=SHARE_OPEN'))[0]!.actor).toEqual({ type: 'anonymous', id: null });
    expect(await other.trail('&action=SHARE_*')).toEqual([]);
  });

  it('put no token into log or trail, whatever is asked for', async () => {
    const link = (await share(owner, file)).body;
    server.log.length = 0;
    const grant = await granted(link);
    for (const token of [link.token, tokenOf(grant)]) {
      for (const path of [
        `/api/public/shares/${token}/grants`,
        `/api/public/shares/${token}`,
        `/api/public/grants/${token}`,
        `/API/Public//grants/${token}/`,
        `/api/public/grants/%${token.charCodeAt(0).toString(16)}${token.slice(1)}`,
        `/api/public/grants/${token}%zz`,
        `/s/${token}`,
        `/elsewhere/${token}?token=${token}`,
      ]) {
        const body = path.endsWith('/grants') ? {} : undefined;
        await anyone.json(body === undefined ? 'GET' : 'POST', path, body).catch(() => undefined);
      }
    }
    const text = server.log.join('');
    expect(text.match(/"path"/g)!.length).toBeGreaterThan(10);
    for (const token of [link.token, tokenOf(grant)]) {
      expect(text).not.toContain(token.slice(1));
      expect(JSON.stringify(await owner.trail())).not.toContain(token.slice(1));
    }
  });
});
