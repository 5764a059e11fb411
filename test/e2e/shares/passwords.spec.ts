import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PasswordHasher } from '../../../src/auth/passwords/password-hasher.js';
import { Transactions } from '../../../src/database/transactions.js';
import { ShareLink } from '../../../src/shares/links/share-link.entity.js';
import type { Answer, Client } from '../../support/client.js';
import { openShare, share, type ShareBody } from '../../support/shares.js';
import { startApp, type TestApp } from '../../support/test-app.js';

const UNKNOWN = 'x'.repeat(43);
const PER_LINK = 4;
const PER_ADDRESS = 12;

describe('Passwords of links', () => {
  let server: TestApp;
  let owner: Client;
  let file: string;
  beforeAll(async () => {
    server = await startApp({
      LOGIN_FAILURES_PER_ACCOUNT: String(PER_LINK),
      LOGIN_FAILURES_PER_ADDRESS: String(PER_ADDRESS),
      TRUST_PROXY: '1',
    });
    owner = await server.user();
    file = (await owner.upload('shared', { name: 'plan.txt' })).body.id;
  });
  afterAll(() => server.close());
  afterEach(() => void jest.restoreAllMocks());

  let addresses = 0;
  /** Headers of an address of its own. */
  const somewhere = () => ({ 'x-forwarded-for': `203.0.113.${++addresses}` });
  const open = (token: string, password?: string, from = somewhere()) =>
    openShare(server.client(), token, password, from);
  const outcome = ({ status, body }: Answer<{ code?: string }>) => `${status} ${body.code ?? ''}`.trim();
  const make = async (input = {}): Promise<ShareBody> =>
    (await share(owner, file, { password: 'sesame', ...input })).body;
  const hashes = () => jest.spyOn(server.app.get(PasswordHasher), 'verify');

  it('open the link, and nothing else does', async () => {
    const link = await make();
    const hashed = hashes();
    const without = await open(link.token);
    expect(outcome(without)).toBe('401 share_password_required');
    expect(hashed).not.toHaveBeenCalled();
    const wrong = await open(link.token, 'Sesame');
    expect(outcome(wrong)).toBe('401 wrong_share_password');
    for (const { headers } of [without, wrong]) expect(headers.get('www-authenticate')).toBeNull();
    expect(outcome(await open(link.token, 'x'.repeat(100)))).toBe('401 wrong_share_password');
    expect(outcome(await open(link.token, 'x'.repeat(1025)))).toBe('400 validation_failed');
    expect(outcome(await open(link.token, 'sesame'))).toBe('201');
    expect(hashed).toHaveBeenCalledTimes(3);
  });

  it('are compared in NFKC', async () => {
    const link = await make({ password: 'caf\u00e9' });
    expect(outcome(await open(link.token, 'cafe\u0301'))).toBe('201');
  });

  it('are recorded as denied only when they are wrong for a link that opens something', async () => {
    const link = await make();
    const before = (await owner.trail('&action=SHARE_DENIED')).length;
    await open(link.token);
    await open(UNKNOWN, 'wrong');
    await open(link.token, 'wrong', { 'x-forwarded-for': '198.51.100.9' });
    const [denied, ...earlier] = await owner.trail('&action=SHARE_DENIED');
    expect(earlier).toHaveLength(before);
    expect(denied).toMatchObject({
      ...{ outcome: 'denied', resource: link.id, resource_type: 'share', ip: '198.51.100.9' },
      actor: { type: 'anonymous', id: null },
      metadata: { file_id: file, filename: 'plan.txt', reason: 'wrong_password' },
    });
  });

  it('are refused after too many wrong ones for a link, from any address, and the owner reads it once', async () => {
    const link = await make();
    const other = await make();
    const answers = await Promise.all(Array.from({ length: 3 * PER_LINK }, () => open(link.token, 'wrong')));
    const outcomes = answers.map(outcome);
    expect(outcomes.filter((each) => each === '401 wrong_share_password')).toHaveLength(PER_LINK);
    expect(outcomes.filter((each) => each === '429 too_many_attempts')).toHaveLength(2 * PER_LINK);
    const right = await open(link.token, 'sesame');
    expect(outcome(right)).toBe('429 too_many_attempts');
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(60);
    expect(outcome(await open(other.token, 'sesame'))).toBe('201');
    const limited = await owner.trail('&action=RATE_LIMITED');
    expect(limited.map(({ metadata }) => metadata)).toEqual([{ reason: 'share_password' }]);
    // The account itself is not locked.
    expect((await owner.signIn()).status).toBe(200);
  });

  it('are refused after too many wrong ones from an address, for any link', async () => {
    const from = somewhere();
    for (let count = 0; count < PER_ADDRESS; count++)
      expect(outcome(await open((await make()).token, 'wrong', from))).toBe('401 wrong_share_password');
    const link = await make();
    expect(outcome(await open(link.token, 'sesame', from))).toBe('429 too_many_attempts');
    expect(outcome(await open(link.token, 'sesame'))).toBe('201');
  });

  it('are forgiven by the right one', async () => {
    const link = await make();
    for (let round = 0; round < 2; round++) {
      for (let count = 1; count < PER_LINK; count++) await open(link.token, 'wrong');
      expect(outcome(await open(link.token, 'sesame'))).toBe('201');
    }
  });

  it('are not looked at when the link opens nothing: all such links are answered alike', async () => {
    const change = (id: string, values: object) =>
      server.app.get(Transactions).run(async (tx) => void (await tx.update(ShareLink, { id }, values)));
    const revoked = await make();
    await owner.json('DELETE', `/api/shares/${revoked.id}`);
    const expired = await make();
    await change(expired.id, { expiresAt: '2026-01-01T00:00:00.000Z' });
    const usedUp = await make({ max_downloads: 1 });
    await open(usedUp.token, 'sesame');
    const trashed = (await owner.upload('trashed')).body.id;
    const inTrash = (await share(owner, trashed, { password: 'sesame' })).body;
    await owner.json('DELETE', `/api/files/${trashed}`);
    const hashed = hashes();
    const denied = await owner.trail('&action=SHARE_DENIED');
    const seen = new Set<string>();
    for (const token of [UNKNOWN, revoked.token, expired.token, usedUp.token, inTrash.token, 'malformed']) {
      for (const password of [undefined, 'sesame', 'wrong']) {
        const response = await server.client().fetch(`/api/public/shares/${token}/grants`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-request-id': 'same', ...somewhere() },
          body: JSON.stringify({ password }),
        });
        const headers = [...response.headers].filter(([name]) => name !== 'date');
        seen.add(JSON.stringify([response.status, headers, await response.text()]));
      }
    }
    expect(seen.size).toBe(1);
    expect([...seen][0]).toContain('share_not_found');
    expect(hashed).not.toHaveBeenCalled();
    expect(await owner.trail('&action=SHARE_DENIED')).toEqual(denied);
  });
});
