import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { Transactions } from '../../../src/database/transactions.js';
import { ShareGrant } from '../../../src/shares/grants/share-grant.entity.js';
import type { Client } from '../../support/client.js';
import { share, type ShareBody } from '../../support/shares.js';
import { refuseWrites } from '../../support/refuse-writes.js';
import { startApp, type TestApp } from '../../support/test-app.js';

const FORM = 'application/x-www-form-urlencoded';
const PER_LINK = 3;

describe('The page of a link', () => {
  let server: TestApp;
  let owner: Client;
  let file: string;
  beforeAll(async () => {
    server = await startApp({ LOGIN_FAILURES_PER_ACCOUNT: String(PER_LINK) });
    owner = await server.user();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    file = (await owner.upload('x'.repeat(48_123), { name: 'plan.pdf', type: 'application/pdf' })).body.id;
  });

  const make = async (input = {}) => (await share(owner, file, input)).body;
  async function visit({ token }: { token: string }, init: RequestInit = {}) {
    const response = await fetch(`${server.url}/s/${token}`, { redirect: 'manual', ...init });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
  const submit = (link: { token: string }, fields: Record<string, string> = {}) =>
    visit(link, { method: 'POST', body: new URLSearchParams(fields) });
  const send = (link: { token: string }, body: string, type = FORM) =>
    visit(link, { method: 'POST', body, headers: { 'content-type': type } });
  const downloadsOf = async ({ id }: ShareBody) =>
    (await owner.json<ShareBody[]>('GET', '/api/shares')).body.find((link) => link.id === id)?.downloads;

  it('shows name, size, type and limits, and counts nothing', async () => {
    const link = await make({ expires_in: 3600, max_downloads: 1 });
    for (let turn = 0; turn < 3; turn++) {
      const { status, text } = await visit(link);
      expect(status).toBe(200);
      for (const shown of ['<h1 dir="auto">plan.pdf</h1>', '48.1 KB · application/pdf', '1 download left'])
        expect(text).toContain(shown);
      expect(text).toMatch(/Available until \d+ \w+ \d{4} at \d\d:\d\d UTC/);
      expect(text).not.toContain('type="password"');
    }
    expect((await visit(link, { method: 'HEAD' })).status).toBe(200);
    expect(await downloadsOf(link)).toBe(0);
    expect(await owner.trail(`&action=SHARE_OPEN&resource=${link.id}`)).toEqual([]);
  });

  const openingIn = (text: string) => /name="opening" value="([\w-]{43})"/.exec(text)![1]!;

  it('counts the presses on one opened page once, also at the same time and with the last download', async () => {
    for (const input of [
      { max_downloads: 1 },
      { max_downloads: 3 },
      { max_downloads: 1, password: 'sésame' },
    ]) {
      const link = await make(input);
      const page = { opening: openingIn((await visit(link)).text), password: 'sésame' };
      const presses = await Promise.all(Array.from({ length: 5 }, () => submit(link, page)));
      presses.push(await submit(link, page));
      expect(new Set(presses.map(({ status }) => status))).toEqual(new Set([303]));
      const [location, ...others] = new Set(presses.map(({ headers }) => headers.get('location')));
      expect(others).toEqual([]);
      expect((await fetch(`${server.url}${location}`)).status).toBe(200);
      expect(await downloadsOf(link)).toBe(1);
      expect(await owner.trail(`&action=SHARE_OPEN&resource=${link.id}`)).toHaveLength(1);
    }
  });

  it('counts a page that was opened once more, and a press after an hour', async () => {
    const link = await make({ max_downloads: 4 });
    const opening = openingIn((await visit(link)).text);
    const first = await submit(link, { opening });
    const other = await submit(link, { opening: openingIn((await visit(link)).text) });
    expect(other.headers.get('location')).not.toBe(first.headers.get('location'));
    const past = '2020-01-01T00:00:00.000Z';
    await server.app
      .get(Transactions)
      .run((tx) => tx.update(ShareGrant, { linkId: link.id }, { expiresAt: past }));
    const late = await submit(link, { opening });
    expect([late.status, late.headers.get('location')]).toEqual([303, first.headers.get('location')]);
    expect(await downloadsOf(link)).toBe(3);
    expect((await submit(link, { opening: 'x' })).status).toBe(400);
    expect(await downloadsOf(link)).toBe(3);
  });

  it('tells people in a page what is wrong with the download, and leads to it when it is mended', async () => {
    const link = await make({ max_downloads: 1 });
    const opening = openingIn((await visit(link)).text);
    const location = (await submit(link, { opening })).headers.get('location')!;
    const open = async (path: string) => {
      const answer = await fetch(server.url + path);
      return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
    };
    const type = 'text/html; charset=utf-8';
    await server.breakStorage(true);
    try {
      const failed = await open((await submit(link, { opening })).headers.get('location')!);
      expect(failed).toMatchObject({ status: 503, type });
      expect(failed.text).toMatch(/<h1>The (file cannot be served|storage cannot be reached)<\/h1>/);
    } finally {
      await server.breakStorage(false);
    }
    expect(await open(location)).toMatchObject({ status: 200, text: 'x'.repeat(48_123) });
    const unknown = await open(`/s/grants/${'x'.repeat(43)}`);
    expect(unknown).toMatchObject({ status: 404, type });
    expect(unknown.text).toContain('<h1>This download is over</h1>');
  });

  it('tells people in a page of a fault of the service', async () => {
    const link = await make();
    await refuseWrites(server, 'share_grants', true);
    const { status, headers, text } = await submit(link);
    await refuseWrites(server, 'share_grants', false);
    expect([status, headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8']);
    expect(text).toContain('<h1>Internal error</h1>');
    expect(text).not.toContain('refused');
    expect(await downloadsOf(link)).toBe(0);
  });

  it('gives a withdrawn link to no opened page', async () => {
    const link = await make();
    const opening = openingIn((await visit(link)).text);
    await submit(link, { opening });
    await owner.json('DELETE', `/api/shares/${link.id}`);
    expect((await submit(link, { opening })).status).toBe(404);
  });

  it('runs nothing, loads nothing, and stays in no cache and no index', async () => {
    const pages = [await visit(await make()), await visit(await make({ password: 'p' }))];
    pages.push(await visit({ token: 'unknown' }), await submit(await make({ password: 'p' })));
    for (const { headers, text } of pages) {
      const style = createHash('sha256')
        .update(/<style>(.*)<\/style>/s.exec(text)![1]!)
        .digest('base64');
      expect(headers.get('content-security-policy')!.split('; ').sort()).toEqual([
        "base-uri 'none'",
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        `style-src 'sha256-${style}'`,
      ]);
      expect(Object.fromEntries(headers)).toMatchObject({
        ...{ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex' },
        ...{ 'content-type': 'text/html; charset=utf-8', 'x-content-type-options': 'nosniff' },
      });
      expect(text).not.toMatch(/<script|\bsrc=|style="|url\(|https?:|\bon\w+=/);
    }
  });

  it.each([
    '<img src=x onerror=alert(1)>.png',
    '"><svg onload=alert(1)>.png',
    "' autofocus onfocus=alert(1) x='.txt",
    '&lt;b&gt;.txt',
    'דו״ח שנתי.pdf',
  ])('escapes the name %s', async (name) => {
    const { id } = (await owner.upload('bytes')).body;
    expect((await owner.json('PATCH', `/api/files/${id}`, { name })).status).toBe(200);
    const { text } = await visit((await share(owner, id)).body);
    const escaped = name
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;');
    expect(text).toContain(`<h1 dir="auto">${escaped}</h1>`);
    expect(text).toContain(`<title>${escaped}</title>`);
    if (escaped !== name) expect(text).not.toContain(name);
  });

  it('leads by its form to a grant, which counts as one download', async () => {
    const link = await make({ max_downloads: 1 });
    const { status, headers } = await submit(link);
    expect(status).toBe(303);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('location')).toMatch(/^\/s\/grants\/[\w-]{43}$/);
    const download = await fetch(server.url + headers.get('location')!);
    expect(download.headers.get('content-disposition')).toContain('plan.pdf');
    expect(await download.text()).toHaveLength(48_123);
    expect(await downloadsOf(link)).toBe(1);
    expect((await submit(link)).status).toBe(404);
  });

  it('asks for the password, and shows nothing of the file before', async () => {
    const link = await make({ password: 'sésame & co', expires_in: 60 });
    const asked = await visit(link);
    expect(asked.status).toBe(200);
    expect(asked.text).toContain('type="password"');
    const wrong = await submit(link, { password: 'wrong' });
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([401, null]);
    expect(wrong.text).toContain('This password is wrong.');
    const missing = await submit(link);
    expect(missing.status).toBe(401);
    expect(missing.text).not.toContain('This password is wrong.');
    for (const { text } of [asked, wrong, missing])
      expect(text).not.toMatch(/plan\.pdf|48\.1 KB|application\/pdf/);
    expect((await submit(link, { password: 'sésame & co' })).status).toBe(303);
    expect(await downloadsOf(link)).toBe(1);
  });

  it('refuses further passwords after too many wrong ones, and says for how long', async () => {
    const link = await make({ password: 'sesame' });
    for (let count = 0; count < PER_LINK; count++)
      expect((await submit(link, { password: 'wrong' })).status).toBe(401);
    const refused = await submit(link, { password: 'sesame' });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    expect(refused.text).toMatch(/Too many wrong passwords.*Try again in 1\d minutes\./s);
  });

  it('is the same for every link that opens nothing', async () => {
    const revoked = await make();
    await owner.json('DELETE', `/api/shares/${revoked.id}`);
    const usedUp = await make({ max_downloads: 1, password: 'p' });
    await submit(usedUp, { password: 'p' });
    const tokens = ['x'.repeat(43), 'malformed', revoked.token, usedUp.token];
    const seen = new Set<string>();
    for (const token of tokens) {
      for (const { status, headers, text } of [
        await visit({ token }),
        await submit({ token }),
        await submit({ token }, { password: 'p' }),
      ]) {
        const names = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
        seen.add(JSON.stringify([status, names, text]));
      }
    }
    expect(seen.size).toBe(1);
    expect([...seen][0]).toContain('This link opens nothing');
    expect(JSON.parse([...seen][0]!)).toContain(404);
  });

  it.each([
    ['a password given twice', 'password=a&password=b', FORM, 400],
    ['an unknown field', 'password=a&x=1', FORM, 400],
    ['a long password', `password=${'a'.repeat(1025)}`, FORM, 400],
    ['a large body', `password=${'a'.repeat(20_000)}`, FORM, 413],
    ['many fields', 'a&'.repeat(100), FORM, 400],
    ['JSON', '{"password":"a"}', 'application/json', 415],
    ['multipart', '--x--', 'multipart/form-data; boundary=x', 415],
    ['another charset', 'password=a', `${FORM}; charset=utf-16`, 415],
  ])('refuses %s as a page', async (_, body, type, status) => {
    const link = await make();
    const answer = await send(link, body, type);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
    expect(answer.text).toContain('Back to the file');
    expect(await downloadsOf(link)).toBe(0);
  });

  it('has no other methods, and nothing without a token', async () => {
    expect((await visit(await make(), { method: 'PUT' })).status).toBe(405);
    expect((await fetch(`${server.url}/s/`)).status).toBe(404);
    expect((await fetch(`${server.url}/s`)).status).toBe(404);
  });

  it('logs no token', async () => {
    const link = await make({ password: 'p' });
    server.log.length = 0;
    await visit(link);
    await submit(link, { password: 'wrong' });
    const { headers } = await submit(link, { password: 'p' });
    const grant = headers.get('location')!;
    await fetch(server.url + grant);
    const text = server.log.join('');
    expect(text).toContain('"path":"/s/…"');
    expect(text).not.toContain(link.token);
    expect(text).not.toContain(grant.slice(grant.lastIndexOf('/') + 1));
  });
});
