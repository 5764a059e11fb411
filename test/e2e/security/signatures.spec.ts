import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Agent, request as httpRequest } from 'node:http';
import type { Client, FileBody } from '../../support/client.js';
import { type Alteration, alterations, type Sent } from '../../support/altered-requests.js';
import { formOf, Signer } from '../../support/signer.js';
import { startApp, type TestApp } from '../../support/test-app.js';

/** Another seed tries other alterations. A failure prints its seed. */
const SEED = Number(process.env.SIGNATURES_SEED ?? 20261127);
const SIGNATURES = Number(process.env.SIGNATURES ?? 2000);
/** Requests that are sent at the same time. */
const TOGETHER = 20;
const TIMEOUT_MS = 300_000 + SIGNATURES * 20;

/** Over HTTP, because parsers and the order of checks in the server belong to what an attacker can use. */
describe('security.md: altered and replayed signatures', () => {
  let server: TestApp;
  let owner: Client;
  let signer: Signer;
  let file: FileBody;
  let otherKeys: string[];
  const agent = new Agent({ keepAlive: true, maxSockets: TOGETHER });
  beforeAll(async () => {
    server = await startApp({ LOG_LEVEL: 'silent' });
    owner = await server.user();
    signer = await Signer.of(owner);
    file = (await owner.upload('the content', { name: 'before.txt' })).body;
    const secret = await owner.json<{ id: string }>('POST', '/api/auth/keys', {
      name: 'secret',
      scopes: ['files:read'],
    });
    otherKeys = [
      (await Signer.of(owner)).keyId,
      (await Signer.of(await server.user())).keyId,
      secret.body.id,
    ];
  });
  afterAll(async () => {
    agent.destroy();
    await server.close();
  });

  /** Requests of every kind, signed anew. */
  const KINDS: readonly (() => Sent)[] = [
    () => signed('GET', '/api/files?limit=1&name=abc', null),
    () => signed('GET', '/api/users/me', null),
    () => signed('DELETE', `/api/files/${file.id}`, null),
    () => signed('PATCH', `/api/files/${file.id}`, Buffer.from('{"name":"after.txt"}'), JSON_TYPE),
    () => signed('POST', '/api/files', formOf(Buffer.from('forged')).body, formOf(Buffer.alloc(0)).headers),
  ];

  function signed(
    method: string,
    path: string,
    body: Buffer | null,
    more: Record<string, string> = {},
  ): Sent {
    const headers = { 'x-note': 'covered', ...more };
    const url = server.url + path;
    const components = [
      ...['@method', '@authority', '@path', 'x-note'],
      ...(path.includes('?') ? ['@query'] : []),
      ...(body === null ? [] : ['content-digest']),
    ];
    const { host } = new URL(server.url);
    const fields = signer.headersOf({ method, url, headers, body: body ?? undefined }, { components });
    return { method, path, headers: { ...fields, host }, body };
  }

  function send({ method, path, headers, body }: Sent): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const length = { 'content-length': String(body?.length ?? 0) };
      const options = { method, path, host: '127.0.0.1', port: server.port, agent };
      const sent = httpRequest({ ...options, headers: { ...(headers as object), ...length } }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece: string) => (text += piece));
        answer.on('end', () => resolve({ status: answer.statusCode!, text }));
        answer.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body ?? undefined);
    });
  }

  const kindAndAlteration = () =>
    fc.record({ kind: fc.nat({ max: KINDS.length - 1 }), alteration: alterations(otherKeys) });

  it(
    `are refused, ${SIGNATURES} of them`,
    async () => {
      const counts = new Map<string, number>();
      const requireRefusal = async (kind: number, { name, apply }: Alteration) => {
        const altered = apply(KINDS[kind]!());
        if (altered === null) return;
        const { status, text } = await send(altered);
        const { code } = JSON.parse(text) as { code: string };
        const isRefused = status === 401 || (status === 400 && UNREADABLE.has(code));
        expect([name, altered.method, altered.path, isRefused || `${status} ${code}`]).toEqual([
          name,
          altered.method,
          altered.path,
          true,
        ]);
        counts.set(name, (counts.get(name) ?? 0) + 1);
      };
      const refused = () => [...counts.values()].reduce((sum, count) => sum + count, 0);
      const batch = fc.array(kindAndAlteration(), { minLength: TOGETHER, maxLength: TOGETHER });
      for (let round = 0; refused() < SIGNATURES; round++) {
        const property = fc.asyncProperty(batch, async (all) => {
          await Promise.all(all.map(({ kind, alteration }) => requireRefusal(kind, alteration)));
        });
        await fc.assert(property, { seed: SEED + round, numRuns: Math.ceil(SIGNATURES / TOGETHER / 4) });
      }
      process.stdout.write(
        `${refused()} altered signatures of ${counts.size} kinds: none accepted, no 5xx\n`,
      );
      expect(counts.size).toBeGreaterThan(35);
      await requireUnchanged();
    },
    TIMEOUT_MS,
  );

  it(
    'are refused the second time, also with what the first one was accepted for',
    async () => {
      const reading = [KINDS[0]!, KINDS[1]!];
      const accepted = Array.from({ length: 40 }, (_, at) => reading[at % 2]!());
      for (const sent of accepted) expect((await send(sent)).status).toBe(200);
      const replays = Math.max(accepted.length * 2, SIGNATURES / 10);
      for (let done = 0; done < replays; done += accepted.length) {
        const statuses = await Promise.all(accepted.map(async (sent) => (await send(sent)).status));
        expect(new Set(statuses)).toEqual(new Set([401]));
      }
      // Also when what is not covered changes.
      for (const sent of accepted) {
        const { status } = await send({
          ...sent,
          headers: { ...sent.headers, accept: 'x/y', 'user-agent': 'z' },
        });
        expect(status).toBe(401);
      }
      process.stdout.write(`${replays} replayed signatures: none accepted, no 5xx\n`);
      await requireUnchanged();
    },
    TIMEOUT_MS,
  );

  it('would be accepted, had they not been altered', async () => {
    const [list, profile, remove, rename, upload] = KINDS.map((kind) => kind());
    const statuses: number[] = [];
    for (const sent of [list!, profile!, rename!, upload!, remove!]) statuses.push((await send(sent)).status);
    expect(statuses).toEqual([200, 200, 200, 201, 204]);
  });

  async function requireUnchanged(): Promise<void> {
    const { body } = await owner.json<FileBody[]>('GET', '/api/files');
    expect(body.map(({ id, name, sha256 }) => [id, name, sha256])).toEqual([
      [file.id, 'before.txt', file.sha256],
    ]);
  }
});

/** A form is read as it arrives. One that is not acceptable in itself is refused before its digest is known. */
const UNREADABLE = new Set(['malformed_upload', 'file_missing', 'invalid_file_name']);
const JSON_TYPE = { 'content-type': 'application/json' };
