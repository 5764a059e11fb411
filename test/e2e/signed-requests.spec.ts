import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import { createSignature } from 'http-message-sig';
import { httpbis } from 'http-message-signatures';
import { DataSource } from 'typeorm';
import { ApiKey } from '../../src/auth/keys/api-key.entity.js';
import { RequestNonce } from '../../src/auth/signatures/request-nonce.entity.js';
import { RequestNonces } from '../../src/auth/signatures/request-nonces.js';
import { WRITING } from '../../src/database/transactions.js';
import type { Client } from '../support/client.js';
import { digestOf, formOf, Signer } from '../support/signer.js';
import { startApp, type TestApp } from '../support/test-app.js';

interface KeyBody {
  id: string;
  public_key: string | null;
  key?: string;
  last_used: string | null;
}

/** In seconds since the epoch: more than five minutes after these tests. */
const SOON = Math.floor(Date.now() / 1000) + 1000;
const BARE = ['@method', '@authority', '@path'];
const SPKI = { format: 'pem', type: 'spki' } as const;
const PKCS8 = { format: 'pem', type: 'pkcs8' } as const;

const pem = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' }).toString();

const json = (value: object) => ({
  body: Buffer.from(JSON.stringify(value)),
  headers: { 'content-type': 'application/json' },
});

describe('signed requests', () => {
  let server: TestApp;
  let owner: Client;
  let anybody: Client;
  let signer: Signer;
  beforeAll(async () => {
    server = await startApp();
    owner = await server.user();
    anybody = server.client();
    signer = await Signer.of(owner);
  });
  afterAll(() => server.close());

  const statusOf = async (...[method, path, rest]: [string, string, Parameters<Signer['fetch']>[3]?]) =>
    (await signer.json(anybody, method, path, rest)).status;

  describe('have a key', () => {
    const create = (publicKey: unknown) =>
      owner.json<KeyBody>('POST', '/api/auth/keys', {
        name: 'k',
        scopes: ['files:read'],
        public_key: publicKey,
      });

    it('without a secret, which is listed with its public key and recorded', async () => {
      const key = pem();
      const { status, body } = await create(key);
      expect([status, body.public_key, 'key' in body]).toEqual([201, key, false]);
      expect((await create(key.replaceAll('\n', '\r\n').trim())).body.public_key).toBe(key);
      const { body: list } = await owner.json<KeyBody[]>('GET', '/api/auth/keys');
      expect(list.find(({ id }) => id === body.id)?.public_key).toBe(key);
      const [entry] = await owner.trail(`&action=KEY_CREATE&resource=${body.id}`);
      expect(entry!.metadata).toMatchObject({ key_id: body.id, public_key: key.split('\n')[1] });
    });

    it.each<[string, () => unknown]>([
      ['a private key', () => generateKeyPairSync('ed25519').privateKey.export(PKCS8)],
      ['an X25519 key', () => generateKeyPairSync('x25519').publicKey.export(SPKI)],
      ['an Ed448 key', () => generateKeyPairSync('ed448').publicKey.export(SPKI)],
      ['an elliptic curve', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export(SPKI)],
      ['an RSA key', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export(SPKI)],
      ['the base64 alone', () => pem().split('\n')[1]],
      ['two keys', () => pem() + pem()],
      ['a key and more', () => `${pem()}x`],
      ['a certificate', () => pem().replaceAll('PUBLIC KEY', 'CERTIFICATE')],
      ['a short key', () => pem().replace(/....=/, '=')],
      ['many lines', () => pem() + '\n'.repeat(20_000)],
      ['nothing', () => ''],
      ['null', () => null],
      ['a number', () => 1],
    ])('that is not %s', async (_, publicKey) => {
      const { status, body } = await create(publicKey());
      expect([status, (body as unknown as { code: string }).code]).toEqual([400, 'validation_failed']);
    });
  });

  describe('are accepted', () => {
    it('for every kind of request', async () => {
      const { body: file } = await owner.upload('the content', { name: 'a.txt' });
      const path = `/api/files/${file.id}`;
      expect(await statusOf('GET', '/api/users/me')).toBe(200);
      expect(await statusOf('GET', '/api/files?limit=3&name=a%20b')).toBe(200);
      expect(await statusOf('HEAD', path)).toBe(200);
      expect(await (await signer.fetch(anybody, 'GET', path)).text()).toBe('the content');
      expect(await statusOf('PATCH', path, json({ name: 'b.txt' }))).toBe(200);
      expect(await statusOf('PUT', path, formOf(Buffer.from('more')))).toBe(200);
      expect(await statusOf('POST', '/api/files', formOf(Buffer.from('new')))).toBe(201);
      expect(await statusOf('DELETE', path)).toBe(204);
      const renamed = await owner.trail('&action=FILE_RENAME');
      expect(renamed[0]!.metadata.by_key).toBe(signer.keyId);
    });

    it.each([
      ['fields besides', ['@method', '@authority', '@path', 'accept', 'x-empty'], {}],
      ['other derived components', [...BARE, '@target-uri', '@scheme', '@request-target', '@query'], {}],
      ['the algorithm', BARE, { alg: 'ed25519' }],
      ['a tag', BARE, { tag: 'an application' }],
      ['an end', BARE, { expires: SOON }],
    ])('with %s', async (_, components, parameters) => {
      const headers = { accept: 'application/json', 'x-empty': '' };
      expect(await statusOf('GET', '/api/users/me', { components, parameters, headers })).toBe(200);
    });

    it('with SHA-512, with both digests, and with the digest of no bytes', async () => {
      const body = Buffer.from(JSON.stringify({ name: 'c.txt' }));
      const { body: file } = await owner.upload('x');
      const rename = (digest: string) =>
        statusOf('PATCH', `/api/files/${file.id}`, { ...json({ name: 'c.txt' }), digest });
      expect(await rename(digestOf(body, 'sha-512'))).toBe(200);
      expect(await rename(`${digestOf(body, 'sha-512')}, ${digestOf(body)}, md5=:AAAA:`)).toBe(200);
      expect(await rename(`${digestOf(body, 'sha-512')}, ${digestOf(Buffer.from('x'))}`)).toBe(401);
      const headers = { 'content-digest': digestOf(Buffer.alloc(0)) };
      const components = [...BARE, 'content-digest'];
      expect(await statusOf('GET', '/api/users/me', { headers, components })).toBe(200);
      headers['content-digest'] = digestOf(Buffer.from('x'));
      expect(await statusOf('GET', '/api/users/me', { headers, components })).toBe(401);
    });

    it('within their scopes and the limits of keys', async () => {
      const reader = await Signer.of(owner, ['files:read']);
      expect((await reader.json(anybody, 'GET', '/api/files')).status).toBe(200);
      const refused = await reader.json(anybody, 'POST', '/api/files', formOf(Buffer.from('x')));
      expect([refused.status, refused.body.code]).toEqual([403, 'insufficient_scope']);
      expect((await signer.json(anybody, 'GET', '/api/auth/keys')).body.code).toBe('insufficient_scope');
      const [key] = await keysOf(signer);
      expect(key!.lastUsedAt).not.toBeNull();
    });

    it('until the limit of the key: what is over it is not looked at, and uses no nonce up', async () => {
      const limited = await startApp({ RATE_LIMIT_PER_MINUTE: '20' });
      try {
        const key = await Signer.of(await limited.user(), ['files:read']);
        const statuses: number[] = [];
        for (let turn = 0; turn < 30; turn++)
          statuses.push((await key.json(limited.client(), 'GET', '/api/files')).status);
        const taken = statuses.filter((status) => status === 200).length;
        expect([taken < 30, new Set(statuses)]).toEqual([true, new Set([200, 429])]);
        const nonces = limited.app.get<DataSource>(WRITING).getRepository(RequestNonce);
        expect(await nonces.count()).toBe(taken);
      } finally {
        await limited.close();
      }
    });

    it('when http-message-signatures has made them', async () => {
      const { body: file } = await owner.upload('x');
      const { body, headers } = json({ name: 'by-a-peer.txt' });
      const request = {
        method: 'PATCH',
        url: `${server.url}/api/files/${file.id}?`,
        headers: { ...headers, 'content-digest': digestOf(body) },
      };
      const signed = await httpbis.signMessage(
        {
          key: {
            id: signer.keyId,
            alg: 'ed25519',
            sign: (data) => Promise.resolve(sign(null, data, signer.privateKey)),
          },
          fields: ['@method', '@authority', '@path', '@query', 'content-digest', 'content-type'],
          params: ['created', 'expires', 'nonce', 'alg', 'keyid', 'tag'],
          paramValues: { nonce: crypto.randomUUID(), tag: 'peer' },
        },
        request,
      );
      const sent = () =>
        anybody.fetch(new URL(signed.url).pathname + '?', {
          method: 'PATCH',
          headers: signed.headers as Record<string, string>,
          body,
        });
      expect((await sent()).status).toBe(200);
      expect((await sent()).status).toBe(401);
    });

    it('when http-message-sig has made them', async () => {
      const { body, headers } = formOf(Buffer.from('by another peer'));
      const request = new Request(`${server.url}/api/files`, {
        method: 'POST',
        headers: { ...headers, 'content-digest': digestOf(body) },
        body,
      });
      const fields = await createSignature(request, {
        components: ['@method', '@authority', '@path', 'content-digest', 'content-type'],
        parameters: {
          created: Math.floor(Date.now() / 1000),
          keyid: signer.keyId,
          nonce: crypto.randomUUID(),
          alg: 'ed25519',
        },
        signer: { algorithm: 'ed25519', sign: (data) => sign(null, data, signer.privateKey) },
      });
      const answer = await anybody.fetch('/api/files', {
        method: 'POST',
        headers: {
          ...Object.fromEntries(request.headers),
          signature: fields.signature,
          'signature-input': fields.signatureInput,
        },
        body,
      });
      expect(answer.status).toBe(201);
    });
  });

  describe('are refused', () => {
    it('with what a signature has to cover, and a Bearer challenge', async () => {
      const get = await signer.json(anybody, 'GET', '/api/users/me', { components: ['@method'] });
      expect([get.status, get.body.code]).toEqual([401, 'invalid_signature']);
      expect(get.headers.get('www-authenticate')).toBe('Bearer');
      expect(get.headers.get('accept-signature')).toBe(
        'sig=("@method" "@authority" "@path");created;alg="ed25519"',
      );
      const post = await signer.json(anybody, 'POST', '/api/files?a=b', {
        ...formOf(Buffer.from('x')),
        components: BARE,
      });
      expect(post.headers.get('accept-signature')).toBe(
        'sig=("@method" "@authority" "@path" "@query" "content-digest");created;alg="ed25519"',
      );
    });

    it.each<[string, Parameters<Signer['fetch']>[3]]>([
      ['no @method', { components: ['@authority', '@path'] }],
      ['no @authority', { components: ['@method', '@path'] }],
      ['no @path', { components: ['@method', '@authority'] }],
      ['an unknown component', { components: [...BARE, '@nothing'] }],
      ['a field that is absent', { components: [...BARE, 'x-absent'] }],
      ['a time long ago', { parameters: { created: SOON - 2000 } }],
      ['a time far ahead', { parameters: { created: SOON } }],
      ['no time', { parameters: { created: undefined } }],
      ['an end that is over', { parameters: { expires: SOON - 1001 } }],
      ['no nonce', { parameters: { nonce: undefined } }],
      ['a short nonce', { parameters: { nonce: 'short' } }],
      ['no key', { parameters: { keyid: undefined } }],
      ['an unknown key', { parameters: { keyid: crypto.randomUUID() } }],
      ['a key that is no id', { parameters: { keyid: "' OR 1=1 --" } }],
      ['another algorithm', { parameters: { alg: 'rsa-pss-sha512' } }],
    ])('with %s', async (_, change) => {
      expect((await signer.json(anybody, 'GET', '/api/users/me', change)).body.code).toBe(
        'invalid_signature',
      );
    });

    it('without the query or the digest in the signature', async () => {
      expect(await statusOf('GET', '/api/files?limit=1', { components: BARE })).toBe(401);
      const { body: file } = await owner.upload('x');
      const rename = { ...json({ name: 'not-this.txt' }), components: BARE };
      expect(await statusOf('PATCH', `/api/files/${file.id}`, rename)).toBe(401);
    });

    it('with another body: JSON before it is used', async () => {
      const { body: file } = await owner.upload('x', { name: 'before.txt' });
      const path = `/api/files/${file.id}`;
      const rename = { ...json({ name: 'signed.txt' }), sent: Buffer.from('{"name":"forged.txt"}') };
      expect((await signer.json(anybody, 'PATCH', path, rename)).body.code).toBe('invalid_signature');
      // The digest comes first: what is wrong with a forged body is of no interest.
      const broken = { ...json({ name: 'signed.txt' }), sent: Buffer.from('{') };
      expect((await signer.json(anybody, 'PATCH', path, broken)).body.code).toBe('invalid_signature');
      expect((await owner.json('GET', `${path}/metadata`)).body.name).toBe('before.txt');
    });

    it('with a body where none is read, right or not', async () => {
      const { body: file } = await owner.upload('x');
      const path = `/api/files/${file.id}`;
      const refused = await signer.json(anybody, 'DELETE', path, { body: Buffer.from('x') });
      expect([refused.status, refused.body.code]).toEqual([401, 'invalid_signature']);
      expect((await owner.json('GET', `${path}/metadata`)).status).toBe(200);
    });

    it('beside a token, of whomever', async () => {
      for (const token of [owner.token, 'x'])
        expect(
          await statusOf('GET', '/api/users/me', { headers: { authorization: `Bearer ${token}` } }),
        ).toBe(401);
    });

    it('without one of the two fields', async () => {
      const headers = signer.headersOf({ method: 'GET', url: `${server.url}/api/users/me` });
      const get = async (sent: Record<string, string>) =>
        (await anybody.json('GET', '/api/users/me', undefined, sent)).body.code;
      expect(await get({ 'signature-input': headers['signature-input']! })).toBe('invalid_signature');
      expect(await get({ signature: headers.signature! })).toBe('unauthorized');
      // A stray signature of somebody else says nothing.
      const { status } = await owner.json('GET', '/api/users/me', undefined, { signature: 'sig=:AAAA:' });
      expect(status).toBe(200);
    });

    it('for a key that is a secret, and by whoever knows the public key', async () => {
      const secret = await owner.json<KeyBody>('POST', '/api/auth/keys', {
        name: 's',
        scopes: ['files:read'],
      });
      expect(await statusOf('GET', '/api/files', { parameters: { keyid: secret.body.id } })).toBe(401);
      const other = await Signer.of(await server.user());
      expect(await statusOf('GET', '/api/files', { parameters: { keyid: other.keyId } })).toBe(401);
    });

    it('the second time, also in parallel and for another key’s nonce not', async () => {
      const nonce = 'one nonce for all';
      const request = { method: 'GET', url: `${server.url}/api/files` };
      const headers = signer.headersOf(request, { parameters: { nonce } });
      const get = async () => (await anybody.json('GET', '/api/files', undefined, headers)).status;
      const statuses = await Promise.all(Array.from({ length: 20 }, get));
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(statuses.filter((status) => status === 401)).toHaveLength(19);
      expect(await statusOf('GET', '/api/users/me', { parameters: { nonce } })).toBe(401);
      const other = await Signer.of(owner);
      expect((await other.json(anybody, 'GET', '/api/files', { parameters: { nonce } })).status).toBe(200);
    });

    it('and a forged one neither uses a nonce up nor counts as a use of the key', async () => {
      const unused = await Signer.of(owner);
      const nonce = 'a nonce to protect';
      const headers = unused.headersOf(
        { method: 'GET', url: `${server.url}/api/files` },
        { parameters: { nonce } },
      );
      const forged = { ...headers, signature: `sig1=:${Buffer.alloc(64).toString('base64')}:` };
      expect((await anybody.json('GET', '/api/files', undefined, forged)).status).toBe(401);
      expect((await keysOf(unused))[0]!.lastUsedAt).toBeNull();
      expect((await anybody.json('GET', '/api/files', undefined, headers)).status).toBe(200);
      expect((await keysOf(unused))[0]!.lastUsedAt).not.toBeNull();
    });

    it('by a key that is revoked, expired, or of a disabled or deleted user', async () => {
      const user = await server.user();
      const admin = await server.userWithRole('admin');
      const get = async (of: Signer) => (await of.json(anybody, 'GET', '/api/files')).status;
      const [revoked, expired, disabled] = [
        await Signer.of(user),
        await Signer.of(user),
        await Signer.of(user),
      ];
      expect(await get(revoked)).toBe(200);
      expect((await user.json('DELETE', `/api/auth/keys/${revoked.keyId}`)).status).toBe(204);
      expect(await get(revoked)).toBe(401);
      const keys = server.app.get<DataSource>(WRITING).getRepository(ApiKey);
      await keys.update(expired.keyId, { expiresAt: '2020-01-01T00:00:00.000Z' });
      expect(await get(expired)).toBe(401);
      expect(await get(disabled)).toBe(200);
      await admin.json('POST', `/api/admin/users/${user.userId}/disable`);
      expect(await get(disabled)).toBe(401);
      const leaver = await server.user();
      const left = await Signer.of(leaver);
      expect(await get(left)).toBe(200);
      expect((await leaver.json('DELETE', '/api/users/me', { password: leaver.password })).status).toBe(204);
      expect(await get(left)).toBe(401);
    });
  });

  it('leave no nonce behind when its signature is too old', async () => {
    const nonces = server.app.get<DataSource>(WRITING).getRepository(RequestNonce);
    await statusOf('GET', '/api/files');
    const [row] = await nonces.findBy({ keyId: signer.keyId });
    const minutes = (Date.parse(row!.expiresAt) - Date.now()) / 60_000;
    expect([minutes > 14, minutes <= 15]).toEqual([true, true]);
    const before = await nonces.count();
    await server.app.get(RequestNonces).forget();
    expect(await nonces.count()).toBe(before);
    await nonces.update(
      { keyId: row!.keyId, nonce: row!.nonce },
      { expiresAt: new Date(Date.now() - 1).toISOString() },
    );
    await server.app.get(RequestNonces).forget();
    expect(await nonces.count()).toBe(before - 1);
  });

  it('are not needed where no credential is, and no log line has a signature', async () => {
    const { signature, ...input } = signer.headersOf({ method: 'GET', url: `${server.url}/health` });
    for (const path of ['/health', '/api/audit/keys'])
      expect(
        (await anybody.json('GET', path, undefined, { ...input, signature: `${signature}x` })).status,
      ).toBe(200);
    expect(server.log.join('')).not.toContain('sig1=');
  });

  function keysOf({ keyId }: Signer): Promise<ApiKey[]> {
    return server.app.get(DataSource).getRepository(ApiKey).findBy({ id: keyId });
  }
});
