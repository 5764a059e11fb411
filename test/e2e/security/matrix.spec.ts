import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { Sequencer } from '../../../src/audit/intake/sequencer.js';
import type { DataSource } from 'typeorm';
import { Session } from '../../../src/auth/sessions/session.entity.js';
import { WRITING } from '../../../src/database/transactions.js';
import { SCOPES } from '../../../src/common/access/scopes.js';
import type { Client } from '../../support/client.js';
import { share } from '../../support/shares.js';
import { JWT_SECRET, startApp, type TestApp } from '../../support/test-app.js';
import { TusClient } from '../../support/tus.js';

interface Schema {
  readonly $ref?: string;
  readonly required?: string[];
  readonly properties?: Record<string, { readonly example?: unknown }>;
}

interface Operation {
  readonly security: object[];
  readonly 'x-scope'?: string;
  readonly 'x-role'?: string;
  readonly 'x-confirmation'?: boolean;
  readonly parameters?: {
    readonly name: string;
    readonly in: string;
    readonly schema: { enum?: string[]; minimum?: number };
  }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> };
}

interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  readonly body: unknown;
}

const MISSING = '01a20f00-d937-736a-9591-b2848e877faa';

/** Made from the OpenAPI document, so that new routes are included automatically. */
describe('security.md: isolation, every route × every caller × every form of id', () => {
  let server: TestApp;
  let owner: Client;
  let routes: Route[];
  /** The owner's data, by the beginning of the routes that name it. */
  let samples: Record<string, string>;

  beforeAll(async () => {
    server = await startApp();
    owner = await server.user();
    const { body: document } = await server.client().json<{
      paths: Record<string, Record<string, Operation>>;
      components: { schemas: Record<string, Schema> };
    }>('GET', '/docs-json');
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        operation,
        body: exampleBody(operation, document.components.schemas),
      })),
    );
    // Refusals of HEAD have no code. isolation.spec.ts tests them.
    routes = described.filter(({ method }) => method !== 'HEAD');
    const key = await owner.json<{ id: string }>('POST', '/api/auth/keys', {
      name: 'k',
      scopes: ['files:read'],
    });
    const file = await owner.upload('private');
    const link = await share(owner, file.body.id);
    const trashed = await owner.upload('deleted');
    await owner.json('DELETE', `/api/files/${trashed.body.id}`);
    const upload = await new TusClient(owner).begin(10);
    const factor = await owner.json<{ id: string }>('POST', '/api/auth/factors/totp', {});
    const session = await owner.json<{ id: string }[]>('GET', '/api/auth/sessions');
    const admin = await server.userWithRole('admin');
    const invitation = await admin.json<{ id: string }>('POST', '/api/admin/invitations', {});
    await server.app.get(Sequencer).run();
    const [entry] = await owner.trail();
    samples = {
      '/api/files/': file.body.id,
      '/api/shares/': link.body.id,
      '/api/trash/': trashed.body.id,
      '/api/uploads/': upload.split('/').at(-1)!,
      '/api/auth/factors/': factor.body.id,
      '/api/auth/keys/': key.body.id,
      '/api/auth/sessions/': session.body[0]!.id,
      '/api/audit/logs/': entry!.id,
      '/api/admin/invitations/': invitation.body.id,
      '/api/admin/users/': owner.userId,
    };
  });
  afterAll(() => server.close());

  const guarded = () => routes.filter(({ operation }) => operation.security.length > 0);

  function sampleFor(path: string): string {
    const prefix = Object.keys(samples).find((candidate) => path.startsWith(candidate));
    if (prefix === undefined) throw new Error(`${path} needs a sample of what it names`);
    return samples[prefix]!;
  }

  /** The path with an id, and with the first value of every other parameter. */
  function fill(route: Route, id = route.path.includes('{id}') ? sampleFor(route.path) : ''): string {
    const path = route.path.replace('{id}', id);
    return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const { enum: values, minimum } =
        route.operation.parameters?.find((candidate) => candidate.name === name)?.schema ?? {};
      return String(values?.[0] ?? minimum ?? 'x');
    });
  }

  async function outcomes(client: Client, of: Route[], id?: string): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const route of of) {
      const { status, body } = await client.json(route.method, fill(route, id), route.body);
      found[route.name] = `${status} ${String(body.code)}`;
    }
    return found;
  }

  const all = (of: Route[], outcome: (route: Route) => string) =>
    Object.fromEntries(of.map((route) => [route.name, outcome(route)]));

  it('has every guarded route of the service, and exactly these open ones', () => {
    expect(guarded().length).toBeGreaterThan(25);
    const open = routes.filter(({ operation }) => operation.security.length === 0).map(({ name }) => name);
    expect(open.sort()).toEqual([
      'GET /api/audit/checkpoint',
      'GET /api/audit/consistency',
      'GET /api/audit/keys',
      'GET /api/public/grants/{grant}',
      'GET /health',
      'GET /metrics',
      'GET /ready',
      'POST /api/auth/email-verification/confirm',
      'POST /api/auth/password-reset',
      'POST /api/auth/password-reset/confirm',
      'POST /api/auth/refresh',
      'POST /api/public/shares/{token}/grants',
      'POST /api/users/login',
      'POST /api/users/login/passkey',
      'POST /api/users/login/passkey/options',
      'POST /api/users/login/second-factor',
      'POST /api/users/register',
    ]);
  });

  it.each([
    'no token',
    'an expired token',
    'an ended session',
    'a deleted user',
    'a disabled user',
    'a revoked key',
  ])('refuses %s everywhere with 401', async (kind) => {
    const client = await callerOf(kind);
    expect(await outcomes(client, guarded())).toEqual(all(guarded(), () => '401 unauthorized'));
  });

  it('refuses a key without the scope of a route, and any key on a route without a scope', async () => {
    for (const scope of [undefined, ...SCOPES]) {
      const affected = guarded().filter(({ operation }) => operation['x-scope'] === scope);
      const others = SCOPES.filter((other) => other !== scope);
      const client = await keyOf(await server.user(), others);
      expect(await outcomes(client, affected)).toEqual(all(affected, () => '403 insufficient_scope'));
    }
  });

  it('admits a key to the routes of its one scope', async () => {
    for (const scope of SCOPES) {
      const affected = guarded().filter(({ operation }) => operation['x-scope'] === scope);
      const client = await keyOf(await server.user(), [scope]);
      for (const route of affected) {
        const answer = await client.fetch(fill(route, MISSING), { method: route.method });
        await answer.arrayBuffer();
        expect([route.name, [401, 403].includes(answer.status), answer.status < 500]).toEqual([
          route.name,
          false,
          true,
        ]);
      }
    }
  });

  it('asks for the scope of reading where contents are read, and of writing where they change', () => {
    const scopes = guarded()
      .filter(({ path }) => /^\/api\/(files\/\{id\}|trash)|quota/.test(path) && !path.includes('/shares'))
      .map(({ name, operation }) => `${name} ${operation['x-scope'] ?? operation['x-role']}`);
    expect(scopes.sort()).toEqual([
      'DELETE /api/files/{id} files:write',
      'DELETE /api/files/{id}/versions/{version} files:write',
      'DELETE /api/trash files:write',
      'DELETE /api/trash/{id} files:write',
      'GET /api/files/{id} files:read',
      'GET /api/files/{id}/metadata files:read',
      'GET /api/files/{id}/versions files:read',
      'GET /api/files/{id}/versions/{version} files:read',
      'GET /api/trash files:read',
      'PATCH /api/files/{id} files:write',
      'POST /api/files/{id}/versions/{version}/restore files:write',
      'POST /api/trash/{id}/restore files:write',
      'PUT /api/admin/users/{id}/quota admin',
      'PUT /api/files/{id} files:write',
    ]);
  });

  it('refuses a route with a role to every caller without it, key or not', async () => {
    const affected = guarded().filter(({ operation }) => operation['x-role'] !== undefined);
    expect(affected.length).toBeGreaterThan(4);
    for (const client of [await server.user(), await server.userWithRole('auditor')]) {
      expect(await outcomes(client, affected)).toEqual(all(affected, () => '403 forbidden'));
    }
  });

  it('refuses a session that was opened long ago on every route that wants it confirmed', async () => {
    const affected = guarded().filter(({ operation }) => operation['x-confirmation'] === true);
    expect(affected.length).toBeGreaterThan(1);
    const client = await server.user();
    const before = new Date(Date.now() - 11 * 60_000).toISOString();
    const sessions = server.app.get<DataSource>(WRITING).getRepository(Session);
    await sessions.update({ userId: client.userId }, { confirmedAt: before });
    expect(await outcomes(client, affected)).toEqual(all(affected, () => '403 confirmation_required'));
  });

  it('reveals nothing about another user’s data, to any role and for any form of an id', async () => {
    const affected = guarded().filter(
      ({ path, operation }) => path.includes('{id}') && operation['x-role'] === undefined,
    );
    expect(affected.length).toBeGreaterThan(6);
    const callers = {
      user: await server.user(),
      admin: await server.userWithRole('admin'),
      // Auditors read all entries of the trail, and nothing else.
      auditor: await server.userWithRole('auditor'),
    };
    for (const [role, client] of Object.entries(callers)) {
      const seen = affected.filter(({ path }) => !(role === 'auditor' && path.startsWith('/api/audit/')));
      const foreign = await outcomes(client, seen);
      expect(Object.values(foreign).every((outcome) => /^404 \w+_not_found$/.test(outcome))).toBe(true);
      for (const id of [MISSING, MISSING.toUpperCase(), 'nonsense', '%00', '%2e%2e%2f', "'", '0']) {
        expect([id, await outcomes(client, seen, id)]).toEqual([id, foreign]);
      }
      for (const route of seen) {
        const id = sampleFor(route.path);
        for (const form of [id.toUpperCase(), id.replace(/^./, (c) => `%${c.charCodeAt(0).toString(16)}`)]) {
          expect(await outcomes(client, [route], form)).toEqual({ [route.name]: foreign[route.name] });
        }
      }
    }
  });

  it('lets the owner use every one of them', async () => {
    const reading = guarded().filter(
      ({ method, operation }) => method === 'GET' && operation['x-role'] === undefined,
    );
    for (const route of reading) {
      const answer = await owner.fetch(fill(route));
      await answer.arrayBuffer();
      expect([route.name, answer.status]).toEqual([route.name, 200]);
    }
  });

  async function callerOf(kind: string): Promise<Client> {
    const client = kind === 'no token' ? server.client() : await server.user();
    const admin = await server.userWithRole('admin');
    if (kind === 'an expired token') client.token = expired(client.token);
    if (kind === 'an ended session') await client.json('POST', '/api/auth/logout');
    if (kind === 'a deleted user')
      await client.json('DELETE', '/api/users/me', { password: client.password });
    if (kind === 'a disabled user') await admin.json('POST', `/api/admin/users/${client.userId}/disable`);
    if (kind === 'a revoked key') {
      const { body } = await client.json<{ id: string; key: string }>('POST', '/api/auth/keys', {
        name: 'revoked',
        scopes: [...SCOPES],
      });
      await client.json('DELETE', `/api/auth/keys/${body.id}`);
      client.token = body.key;
    }
    return client;
  }

  async function keyOf(client: Client, scopes: readonly string[]): Promise<Client> {
    const { body } = await client.json<{ key: string }>('POST', '/api/auth/keys', { name: 'some', scopes });
    client.token = body.key;
    return client;
  }
});

/** The same claims, rightly signed but expired. */
function expired(token: string): string {
  const [header, payload] = token.split('.') as [string, string];
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const over = Buffer.from(JSON.stringify({ ...claims, iat: 1_700_000_000, exp: 1_700_000_001 })).toString(
    'base64url',
  );
  const signature = createHmac('sha256', JWT_SECRET).update(`${header}.${over}`).digest('base64url');
  return `${header}.${over}.${signature}`;
}

/** A body that the route accepts, from the document's examples. */
function exampleBody(operation: Operation, schemas: Record<string, Schema>): unknown {
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (schema === undefined) return undefined;
  const { properties = {} } = schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema;
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, { example }]) =>
      example === undefined ? [] : [[name, example]],
    ),
  );
}
