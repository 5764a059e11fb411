import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserAdmin } from '../../../src/auth/admin/user-admin.js';
import { Transactions } from '../../../src/database/transactions.js';
import { bySystem } from '../../../src/events/event-actor.js';
import type { Client } from '../../support/client.js';
import { refuseWrites } from '../../support/refuse-writes.js';
import { startApp, type TestApp } from '../../support/test-app.js';

interface Operation {
  readonly security?: object[];
  readonly parameters?: { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> };
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Record<string, { readonly example?: unknown; readonly format?: string }>;
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const CANARY = 'canary';
const PASSWORD = `${CANARY} in a coal mine`;
/** After these, other requests would be refused before they reach the database. */
const ENDS_SESSIONS = /logout|sessions|password|disable/;
const HASH = /\$2[aby]\$\d\d\$/;
const TABLES = ['users', 'sessions', 'api_keys', 'files', 'share_links', 'audit_intake', 'audit_log'];

/** Made from the OpenAPI document, so that new routes and fields are included automatically. */
describe.each([
  { format: 'pino', tables: TABLES },
  { format: 'ecs', tables: ['users', 'audit_intake', 'audit_log'] },
])('security.md: secrets, a failing database puts no input into a log of $format', ({ format, tables }) => {
  let server: TestApp;
  let routes: Route[];
  let schemas: Record<string, Schema>;
  let count = 0;

  beforeAll(async () => {
    server = await startApp({
      ...{ LOGIN_FAILURES_PER_ACCOUNT: '0', LOGIN_FAILURES_PER_ADDRESS: '0' },
      LOG_FORMAT: format,
    });
    const { body } = await server.client().json<{
      paths: Record<string, Record<string, Operation>>;
      components: { schemas: Record<string, Schema> };
    }>('GET', '/docs-json');
    schemas = body.components.schemas;
    routes = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        ...{ method: method.toUpperCase(), path, operation },
      })),
    );
    routes.sort((a, b) => Number(ENDS_SESSIONS.test(a.path)) - Number(ENDS_SESSIONS.test(b.path)));
  });
  afterAll(() => server.close());

  const execute = (sql: string) =>
    server.app.get(Transactions).run(async (tx) => void (await tx.query(sql)), { alone: true });

  const hide = (table: string, hidden: boolean) =>
    execute(
      `ALTER TABLE ${hidden ? table : `hidden_${table}`} RENAME TO ${hidden ? `hidden_${table}` : table}`,
    );

  /** A value for every field of a body. Text fields get the canary. */
  function bodyOf({ operation }: Route): Record<string, unknown> | undefined {
    const schema = operation.requestBody?.content['application/json']?.schema;
    if (schema === undefined) return undefined;
    const { properties = {} } = schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema;
    return Object.fromEntries(
      Object.entries(properties).map(([name, { example, format }]) => [name, valueOf(name, example, format)]),
    );
  }

  function valueOf(name: string, example: unknown, format?: string): unknown {
    if (format === 'email') return `${CANARY}-${++count}@example.org`;
    if (name === 'password' || name === 'current_password') return PASSWORD;
    if (typeof example === 'string') return `${CANARY} ${name} ${++count}`;
    return example;
  }

  async function callEverything(client: Client): Promise<number[]> {
    const statuses: number[] = [];
    const uploaded = await client.upload(CANARY, { name: `${CANARY}.txt`, type: `text/${CANARY}` });
    statuses.push(uploaded.status);
    const headers = { 'user-agent': CANARY, 'idempotency-key': `${CANARY}-${++count}` };
    for (const route of routes) {
      const { method, path, operation } = route;
      // The other routes would have no caller after it.
      if (method === 'DELETE' && path === '/api/users/me') continue;
      const query = (operation.parameters ?? [])
        .filter(
          (parameter) =>
            parameter.in === 'query' &&
            ['name', 'search', 'resource', 'ip', 'request_id'].includes(parameter.name),
        )
        .map(({ name }) => `${name}=${CANARY}`)
        .join('&');
      // A link is written only for a file of the caller.
      const id = path.endsWith('/shares') ? (uploaded.body.id ?? client.userId) : client.userId;
      const target = path.replace('{id}', id).replace('{role}', 'auditor');
      const answer = client.json(method, `${target}?${query}`, bodyOf(route), headers);
      // An export that breaks off has no complete answer.
      statuses.push(
        await answer.then(
          ({ status }) => status,
          () => 599,
        ),
      );
    }
    statuses.push(
      (await client.upload(CANARY, { name: `${CANARY}.txt`, type: `text/${CANARY}`, headers })).status,
    );
    statuses.push((await client.signIn(client.email, PASSWORD)).status);
    return statuses;
  }

  async function expectSilence(fail: () => Promise<void>, recover: () => Promise<void>): Promise<void> {
    const owner = await server.user(`${CANARY}-${++count}@example.org`, PASSWORD);
    const admin = await server.user(`${CANARY}-${++count}@example.org`, PASSWORD);
    await server.app.get(UserAdmin).grantRole(bySystem, admin.userId, 'admin');
    const before = server.log.length;
    await fail();
    try {
      const statuses = [...(await callEverything(owner)), ...(await callEverything(admin))];
      expect(statuses.filter((status) => status >= 500).length).toBeGreaterThan(0);
    } finally {
      await recover();
    }
    const lines = server.log.slice(before);
    expect(lines.some((line) => line.includes('QueryFailedError'))).toBe(true);
    expect(lines.filter((line) => line.toLowerCase().includes(CANARY) || HASH.test(line))).toEqual([]);
  }

  it.each(tables.slice(0, -1))('while %s cannot be written', (table) =>
    expectSilence(
      () => refuseWrites(server, table, true),
      () => refuseWrites(server, table, false),
    ),
  );

  it.each(tables)('while %s cannot be read', (table) =>
    expectSilence(
      () => hide(table, true),
      () => hide(table, false),
    ),
  );
});
