import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { Client } from '../../support/client.js';
import { rawExchange, statusOf } from '../../support/raw-http.js';
import { JWT_SECRET, startApp, type TestApp } from '../../support/test-app.js';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function forge(header: object, payload: object, secret: string = JWT_SECRET, hash = 'sha256'): string {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
}

const FORGERIES = Number(process.env.FORGED_TOKENS ?? 2000);
const random = (below: number) => Math.floor(Math.random() * below);
const pick = <T>(of: readonly T[]): T => of[random(of.length)]!;

describe('security.md: tokens', () => {
  let server: TestApp;
  let client: Client;
  let header: Record<string, unknown>;
  let claims: Record<string, unknown>;
  beforeAll(async () => {
    server = await startApp();
    client = await server.user();
    [header, claims] = client.token
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>) as [
      Record<string, unknown>,
      Record<string, unknown>,
    ];
  });
  afterAll(() => server.close());

  const statusWith = async (authorization: string) => {
    const answer = await server.client().json('GET', '/api/users/me', undefined, { authorization });
    if (answer.status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    return answer.status;
  };

  it('accepts its own token with the scheme in any case, and a copy signed with the same secret', async () => {
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT', kid: expect.any(String) });
    expect(claims).toMatchObject({ sub: client.userId, sid: expect.any(String), jti: expect.any(String) });
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      expect(await statusWith(`${scheme} ${client.token}`)).toBe(200);
    }
    expect(await statusWith(`Bearer ${forge(header, claims)}`)).toBe(200);
  });

  it('refuses every other algorithm', async () => {
    expect(await statusWith(`Bearer ${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`)).toBe(401);
    expect(
      await statusWith(`Bearer ${forge({ ...header, alg: 'HS384' }, claims, JWT_SECRET, 'sha384')}`),
    ).toBe(401);
    expect(
      await statusWith(`Bearer ${forge({ ...header, alg: 'HS512' }, claims, JWT_SECRET, 'sha512')}`),
    ).toBe(401);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const text = `${encode({ ...header, alg: 'RS256' })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64url');
    expect(await statusWith(`Bearer ${text}.${signature}`)).toBe(401);
    expect(await statusWith(`Bearer ${forge({ ...header, alg: 'ES256' }, claims)}`)).toBe(401);
  });

  it('refuses header tricks, even correctly signed', async () => {
    const tricks = [
      { kid: '../../dev/null' },
      { kid: 1 },
      { jku: 'https://example.org/keys' },
      { jwk: { kty: 'oct', k: 'AAAA' } },
      { x5u: 'https://example.org' },
      { crit: ['exp'] },
      { typ: 'at+jwt' },
      { alg: ['HS256'] },
    ];
    for (const trick of tricks) {
      expect([trick, await statusWith(`Bearer ${forge({ ...header, ...trick }, claims)}`)]).toEqual([
        trick,
        401,
      ]);
    }
  });

  it('refuses claims that are missing, of a wrong type, expired or of another user', async () => {
    const stranger = await server.user();
    const wrong = [
      { exp: undefined },
      { exp: 'tomorrow' },
      { exp: Math.floor(Date.now() / 1000) - 1 },
      { nbf: Math.floor(Date.now() / 1000) + 600 },
      { sub: undefined },
      { sub: null },
      { sub: 7 },
      { sub: { $ne: null } },
      { sub: stranger.userId },
      { sid: undefined },
      { sid: crypto.randomUUID() },
      { jti: undefined },
      { iat: 'x' },
    ];
    for (const change of wrong) {
      expect([change, await statusWith(`Bearer ${forge(header, { ...claims, ...change })}`)]).toEqual([
        change,
        401,
      ]);
    }
    expect(await statusWith(`Bearer ${forge(header, claims, 'another secret of at least 32 bytes!')}`)).toBe(
      401,
    );
  });

  it('refuses a token with any bit flipped', async () => {
    const bytes = Buffer.from(client.token);
    for (let position = 0; position < bytes.length; position += 3) {
      const altered = Buffer.from(bytes);
      altered[position]! ^= 1 << (position % 3);
      const text = altered.toString('latin1');
      if (!/^[\x21-\x7e]+$/.test(text)) continue;
      expect([position, await statusWith(`Bearer ${text}`)]).toEqual([position, 401]);
    }
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic abc',
    'Bearer a b',
    'Bearer ....',
    'Bearer null',
    `Bearer ${'x'.repeat(4000)}`,
  ])('refuses Authorization: %s', async (authorization) => expect(await statusWith(authorization)).toBe(401));

  it('reads only the header, and refuses two of them', async () => {
    const bare = server.client();
    const query = await bare.json('GET', `/api/users/me?access_token=${client.token}&token=${client.token}`);
    expect(query.status).toBe(401);
    const cookie = await bare.json('GET', '/api/users/me', undefined, { cookie: `token=${client.token}` });
    expect(cookie.status).toBe(401);
    const body = await bare.json('PATCH', '/api/users/me', { access_token: client.token });
    expect(body.status).toBe(401);
    const line = `Authorization: Bearer ${client.token}\r\n`;
    const request = (lines: string) =>
      `GET /api/users/me HTTP/1.1\r\nHost: x\r\n${lines}Connection: close\r\n\r\n`;
    expect(statusOf(await rawExchange(server.port, [request(line)]))).toBe(200);
    expect(statusOf(await rawExchange(server.port, [request(line + line)]))).toBe(401);
  });

  it('stops at once after the user is deleted', async () => {
    const leaving = await server.user();
    expect((await leaving.json('GET', '/api/users/me')).status).toBe(200);
    await leaving.json('DELETE', '/api/users/me', { password: leaving.password });
    expect((await leaving.json('GET', '/api/users/me')).status).toBe(401);
    expect((await leaving.json('GET', '/api/files')).status).toBe(401);
  });

  it(`accepts none of ${FORGERIES} forged or altered tokens, and never answers 500`, async () => {
    const counts = new Map<number, number>();
    let left = FORGERIES;
    const accepted: string[] = [];
    const attack = async () => {
      while (left-- > 0) {
        const token = forgery();
        const { status } = await server
          .client()
          .fetch('/api/users/me', { headers: { authorization: `Bearer ${token}` } });
        counts.set(status, (counts.get(status) ?? 0) + 1);
        if (status !== 401) accepted.push(`${status} ${token}`);
      }
    };
    await Promise.all(Array.from({ length: 16 }, attack));
    expect(accepted).toEqual([]);
    expect([...counts]).toEqual([[401, FORGERIES]]);
  });

  /** A token that looks valid and is not. */
  function forgery(): string {
    const [head, payload, signature] = client.token.split('.') as [string, string, string];
    const wrong = () =>
      forge(header, claims, pick(['', 'secret', `${JWT_SECRET} `, JWT_SECRET.toLowerCase()]));
    const forgeries: (() => string)[] = [
      () => flipped(client.token),
      () => flipped(flipped(client.token)),
      () => client.token.slice(0, random(client.token.length)),
      () => `${client.token}${pick(['A', '=', '.', '.e30', '%00'])}`,
      () =>
        [head, payload, signature]
          .sort(() => Math.random() - 0.5)
          .join('.')
          .replace(client.token, 'x.y.z'),
      () =>
        `${encode({ ...header, alg: pick(['none', 'None', 'HS384', 'HS512', 'RS256', 'ES256', 'EdDSA', '']) })}.${payload}.${pick([signature, '', 'AA'])}`,
      () =>
        `${encode({ ...header, kid: pick(['', '../../dev/null', 'x', "' OR 1=1", 0, null]), jwk: { kty: 'oct', k: 'AA' } })}.${payload}.${signature}`,
      () => `${head}.${encode({ ...claims, sub: crypto.randomUUID() })}.${signature}`,
      () => `${head}.${encode({ ...claims, exp: 4_000_000_000 + random(1000) })}.${signature}`,
      wrong,
      // Signed with the right secret, but with invalid claims.
      () => forge(header, { ...claims, sub: pick([crypto.randomUUID(), '', null, 1, {}, ['x']]) }),
      () => forge(header, { ...claims, sid: pick([crypto.randomUUID(), '', null, 1, {}]) }),
      () => forge(header, { ...claims, exp: pick([1, -1, null, 'never', {}, 1e300]) }),
      () => forge({ ...header, crit: ['exp'] }, claims, pick([JWT_SECRET.slice(1), 'x'])),
      () => forge(header, pick<unknown>([null, [], 'x', 1]) as object),
      () => `${encode(pick<unknown>([null, [], 'x', {}]))}.${payload}.${signature}`,
      () => `mk_${client.token.slice(0, 49)}`,
      () => Array.from({ length: random(200) + 1 }, () => pick([...'abcXYZ019-_.'])).join(''),
    ];
    const token = pick(forgeries)();
    return token === client.token ? wrong() : token;
  }

  function flipped(token: string): string {
    const bytes = Buffer.from(token);
    do {
      bytes[random(bytes.length)]! ^= 1 << random(7);
      // Bytes that a header cannot contain would be refused earlier.
    } while (bytes.some((byte) => byte < 0x21 || byte > 0x7e) && (Buffer.from(token).copy(bytes), true));
    return bytes.toString();
  }
});
