import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditBody } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

describe('audit trail', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp()));
  afterAll(() => server.close());

  const actions = (entries: AuditBody[]) => entries.map(({ action }) => action);

  it('has one entry for each event, newest first', async () => {
    const client = await server.user();
    await client.signIn();
    await client.signIn(client.email, 'a wrong passphrase');
    const { body: file } = await client.upload('abc', { name: 'a.txt', type: 'text/plain' });
    await client.json('GET', '/api/files');
    await client.download(file.id);
    await client.json('PATCH', `/api/files/${file.id}`, { name: 'b.txt' });
    await client.json('DELETE', `/api/files/${file.id}`);
    await client.json('GET', `/api/files/${file.id}/metadata`);
    const entries = await client.trail();
    expect(actions(entries)).toEqual([
      'ACCESS_DENIED',
      'FILE_DELETE',
      'FILE_RENAME',
      'FILE_DOWNLOAD',
      'FILE_LIST',
      'FILE_UPLOAD',
      'LOGIN_FAILED',
      'USER_LOGIN',
      'USER_REGISTER',
    ]);
    const upload = entries.find(({ action }) => action === 'FILE_UPLOAD')!;
    expect(upload).toMatchObject({
      user_id: client.userId,
      actor: { type: 'user', id: client.userId },
      resource: file.id,
      resource_type: 'file',
      ip: '127.0.0.1',
      outcome: 'success',
      metadata: { filename: 'a.txt', size: 3, mime_type: 'text/plain', sha256: file.sha256 },
    });
    expect(entries.find(({ action }) => action === 'LOGIN_FAILED')).toMatchObject({
      actor: { type: 'anonymous', id: null },
      outcome: 'failure',
      metadata: { reason: 'wrong_password', email: client.email },
    });
  });

  it('filters by action, group, outcome, resource, ip, time and request', async () => {
    const client = await server.user();
    const { body: file } = await client.upload('abc');
    const marked = await client.json('GET', '/api/files', undefined, { 'x-request-id': 'find-me.1' });
    expect(marked.headers.get('x-request-id')).toBe('find-me.1');
    expect(actions(await client.trail('&action=FILE_*'))).toEqual(['FILE_LIST', 'FILE_UPLOAD']);
    expect(actions(await client.trail('&action=FILE_LIST&action=USER_*'))).toEqual([
      'FILE_LIST',
      'USER_REGISTER',
    ]);
    expect(actions(await client.trail('&outcome=denied'))).toEqual([]);
    for (const resource of [`file:${file.id}`, file.id, file.id.toUpperCase()])
      expect(actions(await client.trail(`&resource=${resource}`))).toEqual(['FILE_UPLOAD']);
    expect(await client.trail(`&resource=key:${file.id}`)).toHaveLength(0);
    expect(actions(await client.trail('&resource=files'))).toEqual(['FILE_LIST']);
    expect(await client.trail('&ip=127.0.0.1&action=FILE_*')).toHaveLength(2);
    expect(await client.trail('&ip=10.0.0.1')).toHaveLength(0);
    expect(actions(await client.trail('&request_id=find-me.1'))).toEqual(['FILE_LIST']);
    expect(await client.trail('&from=2099-01-01T00:00:00Z')).toHaveLength(0);
    expect(await client.trail('&to=2001-01-01T00:00:00Z')).toHaveLength(0);
    expect(await client.trail('&from=2001-01-01T00:00:00Z&to=2099-01-01&action=FILE_*')).toHaveLength(2);
  });

  it('pages through everything exactly once', async () => {
    const client = await server.user();
    for (let i = 0; i < 5; i++) await client.json('GET', '/api/files');
    const seen: string[] = [];
    let path: string | undefined = '/api/audit/logs?limit=2';
    while (path !== undefined) {
      const answer: { body: AuditBody[]; headers: Headers } = await client.json<AuditBody[]>('GET', path);
      seen.push(...answer.body.map(({ id }) => id));
      path = /<([^>]+)>/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toHaveLength(6);
    expect(new Set(seen).size).toBe(6);
    expect([...seen].sort().reverse()).toEqual(seen);
  });

  it.each([
    'foo=1',
    '__proto__=1',
    'constructor=1',
    'toString=1',
    'outcome=maybe',
    'action=drop',
    'user_id=x',
    'cursor=zzz',
    ...['yesterday', '2020-W01-1', '2020-123', '20200101', '2020-01-01T10', '2020-02-30'].map(
      (at) => `from=${at}`,
    ),
    'to=2020-W01-1',
    ...['0', '201', '0x10', '1e1', '%2B5', '-5', '5.0', '%205', ''].map((limit) => `limit=${limit}`),
  ])('refuses ?%s', async (query) => {
    const client = await server.user();
    const { status, body } = await client.json<{ code: string }>('GET', `/api/audit/logs?${query}`);
    expect([status, body]).toMatchObject([
      400,
      { code: query.startsWith('cursor') ? 'invalid_cursor' : 'validation_failed' },
    ]);
  });

  it('shows users only their own entries, and auditors all', async () => {
    const [alice, bob] = [await server.user(), await server.user()];
    expect((await alice.trail()).every(({ user_id: userId }) => userId === alice.userId)).toBe(true);
    expect((await alice.trail(`&user_id=${alice.userId}`)).length).toBeGreaterThan(0);
    const refused = await alice.json('GET', `/api/audit/logs?user_id=${bob.userId}`);
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    expect((await alice.trail())[0]).toMatchObject({
      action: 'ACCESS_DENIED',
      resource: null,
      resource_type: 'audit',
    });

    const auditor = await server.userWithRole('auditor');
    expect((await auditor.trail(`&user_id=${bob.userId}`)).map(({ user_id: userId }) => userId)).toEqual([
      bob.userId,
    ]);
    const everything = await auditor.trail();
    expect(new Set(everything.map(({ user_id: userId }) => userId)).size).toBeGreaterThan(2);
    expect(actions(everything)).toContain('SYSTEM_START');
  });

  it('keeps an unknown e-mail only as a keyed hash', async () => {
    const client = await server.user();
    await client.signIn('my-password-in-the-wrong-field', 'whatever it is');
    const auditor = await server.userWithRole('auditor');
    const [entry] = await auditor.trail('&action=LOGIN_FAILED');
    expect(entry!.user_id).toBeNull();
    expect(entry!.metadata).toEqual({
      reason: 'unknown_email',
      email_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('erases the personal values of a deleted user, and keeps the entries', async () => {
    const client = await server.user('forget-me@example.org');
    await client.upload('abc', { name: 'forget-this.txt' });
    await client.json('DELETE', '/api/users/me', { password: client.password });
    const auditor = await server.userWithRole('auditor');
    const entries = await auditor.trail(`&user_id=${client.userId}`);
    expect(actions(entries)).toEqual(['USER_DELETE', 'FILE_UPLOAD', 'USER_REGISTER']);
    expect(JSON.stringify(entries)).not.toMatch(/forget|127\.0\.0\.1/);
  });
});
