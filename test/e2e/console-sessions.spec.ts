import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

const CONSOLE = { 'X-Console': '1' };

/** Sessions of the console: the refresh token is in a cookie that no script can read. */
describe('sessions of the console', () => {
  let server: TestApp;
  let ada: Client;
  beforeAll(async () => void (server = await startApp()));
  afterAll(() => server.close());
  beforeEach(async () => void (ada = await server.user()));

  const post = (path: string, body: object, headers: Record<string, string>) =>
    fetch(server.url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const signIn = (headers: Record<string, string>) =>
    post('/api/users/login', { email: ada.email, password: ada.password }, headers);
  const cookieOf = (answer: Response) => answer.headers.getSetCookie()[0] ?? '';
  const pairOf = (answer: Response) => cookieOf(answer).split(';')[0]!;
  const refresh = (cookie: string, headers: Record<string, string> = CONSOLE) =>
    post('/api/auth/refresh', {}, { cookie, ...headers });

  it('have a secure cookie behind a proxy with TLS, also when it names this machine as the host', async () => {
    const proxied = await startApp({ PUBLIC_URL: 'https://files.example.org' });
    const user = await proxied.user();
    const answer = await fetch(`${proxied.url}/api/users/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...CONSOLE },
      body: JSON.stringify({ email: user.email, password: user.password }),
    });
    expect(cookieOf(answer)).toContain('; Secure');
    await proxied.close();
  });

  it('keep the refresh token from the page', async () => {
    const answer = await signIn(CONSOLE);
    expect(answer.status).toBe(200);
    expect(Object.keys((await answer.json()) as object).sort()).toEqual([
      'expires_in',
      'token',
      'token_type',
      'user',
    ]);
    expect(cookieOf(answer)).toMatch(
      /^console_refresh=rt_[\w-]{43}; Max-Age=2592000; Path=\/api\/auth\/refresh; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    const registered = await post(
      '/api/users/register',
      { email: 'new@example.org', password: 'a long enough passphrase' },
      CONSOLE,
    );
    expect(registered.status).toBe(201);
    expect(pairOf(registered)).toMatch(/^console_refresh=rt_/);
  });

  it('go on with the cookie, a new one each time', async () => {
    const first = await signIn(CONSOLE);
    const second = await refresh(pairOf(first));
    expect(second.status).toBe(200);
    expect(pairOf(second)).not.toBe(pairOf(first));
    const { token } = (await second.json()) as { token: string };
    const client = server.client();
    client.token = token;
    expect((await client.json('GET', '/api/users/me')).status).toBe(200);
  });

  it('are the same for tabs that refresh at the same time', async () => {
    const cookie = pairOf(await signIn(CONSOLE));
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(cookie)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map(pairOf)).size).toBe(1);
  });

  it('give programs their token in the body, and read no cookie for them', async () => {
    const cookie = pairOf(await signIn(CONSOLE));
    const program = await signIn({});
    expect(program.headers.getSetCookie()).toEqual([]);
    expect(((await program.json()) as { refresh_token: string }).refresh_token).toMatch(/^rt_/);
    expect((await refresh(cookie, {})).status).toBe(400);
    const elsewhere = await refresh(cookie, { ...CONSOLE, 'Sec-Fetch-Site': 'cross-site' });
    expect(elsewhere.status).toBe(400);
    expect(elsewhere.headers.getSetCookie()).toEqual([]);
  });

  it('end with the sign-out, and take the cookie with them', async () => {
    const answer = await signIn(CONSOLE);
    const { token } = (await answer.json()) as { token: string };
    const out = await post('/api/auth/logout', {}, { ...CONSOLE, Authorization: `Bearer ${token}` });
    expect(out.status).toBe(204);
    expect(cookieOf(out)).toMatch(/^console_refresh=; Path=\/api\/auth\/refresh; Expires=Thu, 01 Jan 1970/);
    const refused = await refresh(pairOf(answer));
    expect(refused.status).toBe(401);
    expect(cookieOf(refused)).toMatch(/^console_refresh=; /);
    expect((await post('/api/auth/refresh', {}, CONSOLE)).status).toBe(401);
  });

  it('let pages of other sites send any header but that of the console', async () => {
    const preflight = await fetch(`${server.url}/api/auth/refresh`, {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://elsewhere.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type, X-Console,authorization',
      },
    });
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type,authorization');
  });
});
