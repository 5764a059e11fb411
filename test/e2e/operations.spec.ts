import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { CATALOGUE } from '../../src/common/refusals/errors.js';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { Transactions } from '../../src/database/transactions.js';
import { startApp, type TestApp } from '../support/test-app.js';

interface Operation {
  operationId: string;
  security: unknown[];
  responses: Record<
    string,
    { description: string; content?: Record<string, { examples?: Record<string, unknown> }> }
  >;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: Record<string, unknown> };
}

describe('operations', () => {
  let server: TestApp;
  beforeAll(async () => void (server = await startApp()));
  afterAll(() => server.close());

  it.each(['/health', '/health/', '/HEALTH'])('GET %s is healthy', async (path) => {
    const answer = await server.client().json('GET', path);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ status: 'healthy', timestamp: expect.any(String) });
    expect(answer.headers.get('x-request-id')).toBeTruthy();
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    const fromPage = await server.client().fetch(path, { headers: { origin: 'https://app.example.org' } });
    expect(fromPage.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('/ready has a line per part, and 503 when one fails', async () => {
    const client = server.client();
    const ready = await client.json<{ checks: { name: string }[] }>('GET', '/ready');
    expect(ready.status).toBe(200);
    expect(ready.body.checks.map(({ name }) => name).sort()).toEqual([
      'audit',
      'audit_intake',
      'audit_lag',
      'audit_log',
      'audit_witness',
      'database',
      'free_space',
      'migrations',
      'process',
      'storage',
    ]);
    await server.breakStorage(true);
    const failing = await client.json('GET', '/ready');
    await server.breakStorage(false);
    expect(failing.status).toBe(503);
    expect(failing.headers.get('retry-after')).toBe('2');
    expect(failing.body).toMatchObject({ code: 'not_ready' });
    expect(failing.body.checks).toContainEqual({ name: 'storage', status: 'failing' });
    expect((await client.json('GET', '/ready')).status).toBe(200);
  });

  it('/metrics has the format of Prometheus, and no dropped audit record', async () => {
    const response = await server.client().fetch('/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const text = await response.text();
    expect(text).toContain('audit_records_dropped_total 0');
    expect(text).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="\/ready",status="503"\} 1/,
    );
  });

  it('/metrics leaves out what it cannot read, and returns the rest', async () => {
    const rename = (from: string, to: string) =>
      server.app
        .get(Transactions)
        .run(async (tx) => void (await tx.query(`ALTER TABLE ${from} RENAME TO ${to}`)), { alone: true });
    await rename('audit_intake', 'away');
    const text = await (await server.client().fetch('/metrics')).text();
    await rename('away', 'audit_intake');
    expect(text).toContain('# audit_lag_seconds could not be read');
    expect(text).toContain('audit_records_dropped_total 0');
    expect(await (await server.client().fetch('/metrics')).text()).toMatch(/^audit_lag_seconds \d/m);
  });

  it('/ready reports that another process blocks writes to SQLite, without blocking requests', async () => {
    if (server.config.database.kind === 'postgres') return;
    const client = server.client();
    const other = await new DataSource(dataSourceOptions(server.config, 'write')).initialize();
    await other.query('BEGIN IMMEDIATE');
    try {
      let answered = false;
      const ready = client.json('GET', '/ready').finally(() => (answered = true));
      let healthy = 0;
      for (; !answered; healthy++) expect((await client.json('GET', '/health')).status).toBe(200);
      expect((await ready).status).toBe(503);
      expect((await ready).body.checks).toContainEqual({ name: 'database', status: 'failing' });
      expect(healthy).toBeGreaterThan(10);
    } finally {
      await other.query('ROLLBACK');
      await other.destroy();
    }
    expect((await client.json('GET', '/ready')).status).toBe(200);
  });

  it('serves Swagger UI and the document as JSON and YAML', async () => {
    const client = server.client();
    const ui = await client.fetch('/docs');
    expect(await ui.text()).toContain('swagger-ui');
    expect(ui.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect((await client.fetch('/docs-yaml')).status).toBe(200);
    const document = await client.json<Record<string, unknown>>('GET', '/docs-json');
    const { valid, errors } = await new Validator().validate(document.body);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('documents every route, with a code of the catalogue for every refusal', async () => {
    const { body } = await server.client().json<Document>('GET', '/docs-json');
    const operations = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        operation,
      })),
    );
    expect(operations.map(({ name }) => name).sort()).toEqual([
      'DELETE /api/admin/invitations/{id}',
      'DELETE /api/admin/users/{id}/roles/{role}',
      'DELETE /api/admin/users/{id}/sessions',
      'DELETE /api/auth/factors/{id}',
      'DELETE /api/auth/keys/{id}',
      'DELETE /api/auth/sessions',
      'DELETE /api/auth/sessions/{id}',
      'DELETE /api/files/{id}',
      'DELETE /api/files/{id}/versions/{version}',
      'DELETE /api/shares/{id}',
      'DELETE /api/trash',
      'DELETE /api/trash/{id}',
      'DELETE /api/uploads/{id}',
      'DELETE /api/users/me',
      'GET /api/admin/invitations',
      'GET /api/admin/service',
      'GET /api/admin/users',
      'GET /api/audit/checkpoint',
      'GET /api/audit/consistency',
      'GET /api/audit/export',
      'GET /api/audit/keys',
      'GET /api/audit/logs',
      'GET /api/audit/logs/{id}/proof',
      'GET /api/auth/factors',
      'GET /api/auth/keys',
      'GET /api/auth/sessions',
      'GET /api/files',
      'GET /api/files/{id}',
      'GET /api/files/{id}/metadata',
      'GET /api/files/{id}/shares',
      'GET /api/files/{id}/versions',
      'GET /api/files/{id}/versions/{version}',
      'GET /api/public/grants/{grant}',
      'GET /api/shares',
      'GET /api/trash',
      'GET /api/uploads',
      'GET /api/uploads/{id}',
      'GET /api/users/me',
      'GET /health',
      'GET /metrics',
      'GET /ready',
      'HEAD /api/files/{id}',
      'HEAD /api/files/{id}/versions/{version}',
      'HEAD /api/public/grants/{grant}',
      'HEAD /api/uploads/{id}',
      'PATCH /api/files/{id}',
      'PATCH /api/uploads/{id}',
      'PATCH /api/users/me',
      'POST /api/admin/invitations',
      'POST /api/admin/users/{id}/disable',
      'POST /api/admin/users/{id}/enable',
      'POST /api/auth/confirm',
      'POST /api/auth/confirm/options',
      'POST /api/auth/email-verification',
      'POST /api/auth/email-verification/confirm',
      'POST /api/auth/factors/passkeys',
      'POST /api/auth/factors/passkeys/options',
      'POST /api/auth/factors/totp',
      'POST /api/auth/factors/totp/{id}/confirm',
      'POST /api/auth/keys',
      'POST /api/auth/logout',
      'POST /api/auth/password-reset',
      'POST /api/auth/password-reset/confirm',
      'POST /api/auth/recovery-codes',
      'POST /api/auth/refresh',
      'POST /api/files',
      'POST /api/files/{id}/shares',
      'POST /api/files/{id}/versions/{version}/restore',
      'POST /api/public/shares/{token}/grants',
      'POST /api/trash/{id}/restore',
      'POST /api/uploads',
      'POST /api/users/login',
      'POST /api/users/login/passkey',
      'POST /api/users/login/passkey/options',
      'POST /api/users/login/second-factor',
      'POST /api/users/me/email',
      'POST /api/users/me/password',
      'POST /api/users/register',
      'PUT /api/admin/users/{id}/quota',
      'PUT /api/admin/users/{id}/roles/{role}',
      'PUT /api/files/{id}',
    ]);
    for (const { name, operation } of operations) {
      expect([
        name,
        operation.responses[200] ?? operation.responses[201] ?? operation.responses[204],
      ]).toBeTruthy();
      const closed = operation.security.length > 0;
      expect([name, closed]).toEqual([
        name,
        '401' in operation.responses && !/\/(login|passkey|second-factor|refresh|grants)$/.test(name),
      ]);
      for (const [status, response] of Object.entries(operation.responses)) {
        if (Number(status) < 400 || name.startsWith('HEAD')) continue;
        const codes = Object.keys(response.content!['application/problem+json']!.examples!);
        expect(codes.length).toBeGreaterThan(0);
        for (const code of codes) {
          expect([name, code, CATALOGUE[code as keyof typeof CATALOGUE].status]).toEqual([
            name,
            code,
            Number(status),
          ]);
        }
      }
    }
  });

  it('logs one line a request, without query or secret', async () => {
    const client = await server.user();
    server.log.length = 0;
    await client.json('GET', '/api/files?name=needle-in-query');
    const lines = server.log.filter((line) => line.includes('"path"'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      method: 'GET',
      path: '/api/files',
      status: 200,
      user_id: client.userId,
    });
    expect(server.log.join('')).not.toMatch(/needle-in-query|Bearer/);
  });
});
