import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, IsNull } from 'typeorm';
import { hashOfSecret } from '../../src/auth/sessions/refresh-secret.js';
import { RefreshToken } from '../../src/auth/sessions/refresh-token.entity.js';
import { Session } from '../../src/auth/sessions/session.entity.js';
import { newId } from '../../src/common/ids.js';
import { fromNow } from '../../src/common/time.js';
import { WRITING } from '../../src/database/transactions.js';
import type { Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

interface Pair {
  token: string;
  refresh_token: string;
  code?: string;
}

interface SessionBody {
  id: string;
  device: string | null;
  ip: string;
  current: boolean;
}

describe('sessions', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp()));
  afterAll(() => server.close());

  const signIn = async (client: Client, device = 'test') => {
    const { body } = await client.json<Pair>(
      'POST',
      '/api/users/login',
      { email: client.email, password: client.password },
      { 'user-agent': device },
    );
    return body;
  };
  const refresh = (token: string) =>
    server.client().json<Pair>('POST', '/api/auth/refresh', { refresh_token: token });
  const works = async (token: string) => {
    const client = server.client();
    client.token = token;
    return (await client.json('GET', '/api/users/me')).status === 200;
  };
  /** Makes every used token look as if it was used a minute ago. */
  const afterTheGrace = () =>
    server.app
      .get<DataSource>(WRITING)
      .createQueryBuilder()
      .update(RefreshToken)
      .set({ replacedAt: '2020-01-01T00:00:00.000Z' })
      .where('replaced_at IS NOT NULL')
      .execute();

  it('exchanges a refresh token for a new pair, each valid once', async () => {
    const client = await server.user();
    const first = await signIn(client);
    expect(first.refresh_token).toMatch(/^rt_[A-Za-z0-9_-]{43}$/);
    const second = await refresh(first.refresh_token);
    expect(second.status).toBe(200);
    expect(second.body.refresh_token).not.toBe(first.refresh_token);
    expect(await works(second.body.token)).toBe(true);
    expect((await refresh(second.body.refresh_token)).status).toBe(200);
    expect((await client.trail('&action=TOKEN_REFRESH')).length).toBe(2);
  });

  it('gives five tabs that refresh at once the same successor', async () => {
    const client = await server.user();
    const { refresh_token: token } = await signIn(client);
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(token)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    for (const { body } of answers) expect(await works(body.token)).toBe(true);
    const records = await client.trail('&action=TOKEN_REFRESH');
    expect(records.filter(({ metadata }) => metadata.grace === true)).toHaveLength(4);
    expect(records.filter(({ metadata }) => !('grace' in metadata))).toHaveLength(1);
  });

  it('ends the session when a token is used again after the grace, and records it', async () => {
    const client = await server.user();
    const first = await signIn(client);
    const second = await refresh(first.refresh_token);
    await afterTheGrace();
    const reused = await refresh(first.refresh_token);
    expect([reused.status, reused.body.code]).toEqual([401, 'unauthorized']);
    expect(await works(second.body.token)).toBe(false);
    expect((await refresh(second.body.refresh_token)).status).toBe(401);
    expect(await works(client.token)).toBe(true);
    expect((await client.trail('&action=TOKEN_REUSE'))[0]).toMatchObject({ outcome: 'denied' });
  });

  it('keeps few rows of a session that is refreshed often, and still recognises its first token', async () => {
    const client = await server.user();
    const first = await signIn(client);
    let latest = first;
    for (let round = 0; round < 20; round++) {
      latest = (await refresh(latest.refresh_token)).body;
      await afterTheGrace();
    }
    const tokens = server.app.get(DataSource).getRepository(RefreshToken);
    const { sid } = JSON.parse(atob(latest.token.split('.')[1]!)) as { sid: string };
    expect(await tokens.countBy({ sessionId: sid })).toBe(2);
    expect(await works(latest.token)).toBe(true);
    expect((await refresh(first.refresh_token)).status).toBe(401);
    expect(await works(latest.token)).toBe(false);
    expect(await client.trail('&action=TOKEN_REUSE')).toHaveLength(1);
  });

  it('accepts tokens from before there were families', async () => {
    const client = await server.user();
    const first = await signIn(client);
    const second = (await refresh(first.refresh_token)).body;
    const tokens = server.app.get<DataSource>(WRITING).getRepository(RefreshToken);
    await afterTheGrace();
    await tokens.updateAll({ familyHash: null });
    const third = (await refresh(second.refresh_token)).body;
    await afterTheGrace();
    const fourth = (await refresh(third.refresh_token)).body;
    expect(await works(fourth.token)).toBe(true);
    // A token that was used before families existed keeps its row.
    expect(await tokens.countBy({ tokenHash: hashOfSecret(first.refresh_token) })).toBe(1);
    expect((await refresh(second.refresh_token)).status).toBe(401);
    expect(await works(fourth.token)).toBe(false);
  });

  it('keeps only a hash of a refresh token', async () => {
    const client = await server.user();
    const { refresh_token: token } = await signIn(client);
    const { body } = await refresh(token);
    const stored = JSON.stringify(await server.app.get(DataSource).getRepository(RefreshToken).find());
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(body.refresh_token);
  });

  it('refuses an invalid refresh token, and a refresh token instead of an access token', async () => {
    const client = await server.user();
    const { refresh_token: token } = await signIn(client);
    for (const wrong of ['rt_x', client.token, '', `${token}x`]) {
      expect([wrong, (await refresh(wrong)).status]).toEqual([wrong, 401]);
    }
    expect((await server.client().json('POST', '/api/auth/refresh', { refresh_token: 1 })).status).toBe(400);
    expect(await works(token)).toBe(false);
    expect((await refresh(token)).status).toBe(200);
  });

  it('ends no other session for the end of one without an id', async () => {
    const client = await server.user();
    const other = await signIn(client, 'phone');
    const { status, body } = await client.json('DELETE', '/api/auth/sessions/');
    expect([status, body.code]).toEqual([404, 'route_not_found']);
    expect(await works(other.token)).toBe(true);
    expect((await client.json('DELETE', '/api/auth/sessions')).status).toBe(204);
    expect(await works(other.token)).toBe(false);
  });

  it('lists the devices, and ends one, all others, and this one', async () => {
    const client = await server.user();
    const phone = await signIn(client, 'phone');
    const laptop = await signIn(client, 'laptop');
    const list = async () => (await client.json<SessionBody[]>('GET', '/api/auth/sessions')).body;
    const sessions = await list();
    expect(sessions.map(({ device }) => device).slice(0, 2)).toEqual(['laptop', 'phone']);
    expect(sessions.map(({ current }) => current)).toEqual([false, false, true]);
    expect(sessions[0]!.ip).toBe('127.0.0.1');
    const phoneId = sessions[1]!.id;
    expect((await client.json('DELETE', `/api/auth/sessions/${phoneId}`)).status).toBe(204);
    expect(await works(phone.token)).toBe(false);
    expect((await refresh(phone.refresh_token)).status).toBe(401);
    expect((await client.json('DELETE', `/api/auth/sessions/${phoneId}`)).status).toBe(404);
    expect((await client.json('DELETE', '/api/auth/sessions')).status).toBe(204);
    expect(await works(laptop.token)).toBe(false);
    expect(await list()).toHaveLength(1);
    expect((await client.trail('&action=SESSION_END')).map(({ metadata }) => metadata.count)).toEqual([1, 1]);
    expect((await client.json('POST', '/api/auth/logout')).status).toBe(204);
    expect(await works(client.token)).toBe(false);
    client.token = (await signIn(client)).token;
    expect(await client.trail('&action=USER_LOGOUT')).toHaveLength(1);
  });

  it('keeps at most 100 open sessions of a user, and ends the least recently used one', async () => {
    const client = await server.user();
    const sessions = server.app.get<DataSource>(WRITING).getRepository(Session);
    const open = () => sessions.countBy({ userId: client.userId, endedAt: IsNull() });
    const own = await sessions.findOneByOrFail({ userId: client.userId });
    // The first session is the least recently used one.
    for (let day = 0; day < 98; day++)
      await sessions.insert({
        ...own,
        id: newId(),
        ip: `10.0.0.${day}`,
        lastUsedAt: fromNow(day * 1000 + (day === 0 ? -60_000 : 60_000)),
      });
    const oldest = await sessions.findOneByOrFail({ userId: client.userId, ip: '10.0.0.0' });
    await signIn(client);
    expect(await open()).toBe(100);
    await signIn(client);
    expect(await open()).toBe(100);
    expect((await sessions.findOneByOrFail({ id: oldest.id })).endedAt).not.toBeNull();
    const [record] = await client.trail('&action=SESSION_END');
    expect(record).toMatchObject({
      metadata: { session_id: oldest.id, count: 1, reason: 'too_many_sessions' },
    });
    await Promise.all(Array.from({ length: 10 }, () => signIn(client)));
    expect(await open()).toBe(100);

    client.token = (await signIn(client)).token;
    const pages = await client.pages<SessionBody>('/api/auth/sessions?limit=70');
    expect(pages.map(({ length }) => length)).toEqual([70, 30]);
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(100);
    expect((await client.json('GET', '/api/auth/sessions?limit=0')).status).toBe(400);
  });

  it('keeps one ended session for each address, even after many sign-ins', async () => {
    const client = await server.user();
    for (let round = 0; round < 5; round++) {
      expect((await client.json('POST', '/api/auth/logout')).status).toBe(204);
      client.token = (await signIn(client)).token;
    }
    const sessions = server.app.get(DataSource).getRepository(Session);
    expect(await sessions.countBy({ userId: client.userId })).toBe(1);
  });

  it('answers another user’s session like one that does not exist', async () => {
    const [owner, stranger] = [await server.user(), await server.user()];
    const [mine] = (await owner.json<SessionBody[]>('GET', '/api/auth/sessions')).body;
    for (const id of [mine!.id, crypto.randomUUID()]) {
      const answer = await stranger.json('DELETE', `/api/auth/sessions/${id}`);
      expect([answer.status, answer.body.code]).toEqual([404, 'session_not_found']);
    }
    expect((await stranger.json('DELETE', '/api/auth/sessions/none')).status).toBe(404);
    expect(await stranger.trail('&action=ACCESS_DENIED')).toHaveLength(2);
    expect(await works(owner.token)).toBe(true);
  });
});
