import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Client } from '../support/client.js';
import { PostgresServer } from '../support/postgres-server.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { TusClient } from '../support/tus.js';

/** Every answer comes within 15 s. A loaded machine may need more. */
const ANSWERED_MS = 20_000;

describe('security.md: database', () => {
  let postgres: PostgresServer;
  let server: TestApp;
  let client: Client;
  let fileId: string;
  let resumablePath: string;
  beforeAll(async () => {
    postgres = await PostgresServer.create();
    server = await startApp({ DATABASE_URL: postgres.url });
    client = await server.user();
    const before = await client.upload('before');
    expect(before.status).toBe(201);
    fileId = before.body.id;
    resumablePath = await new TusClient(client).begin(1000);
  });
  afterAll(async () => {
    await server.close();
    await postgres.remove();
  });

  async function expectOutage(): Promise<void> {
    const begun = Date.now();
    const patching = new TusClient(client).patch(resumablePath, 0, Buffer.from('during'));
    const [list, upload, download, deletion, signIn, ready, health, metrics] = await Promise.all([
      client.json('GET', '/api/files'),
      client.upload('during'),
      client.download(fileId),
      client.json('DELETE', `/api/files/${fileId}`),
      server.client().signIn(client.email, client.password),
      server.client().json('GET', '/ready'),
      server.client().json('GET', '/health'),
      server.client().fetch('/metrics'),
    ]);
    const resumable = await patching;
    expect(Date.now() - begun).toBeLessThan(ANSWERED_MS);
    expect(resumable.status).toBe(503);
    for (const answer of [list, upload, download, deletion, signIn, ready]) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    expect(health.status).toBe(200);
    expect(metrics.status).toBe(200);
    expect(await metrics.text()).toContain('audit_records_dropped_total 0');
  }

  async function expectRecovery(): Promise<void> {
    while ((await client.json('GET', '/api/files')).status !== 200) await delay(100);
    expect((await client.upload('after')).status).toBe(201);
    expect((await new TusClient(client).head(resumablePath)).offset).toBe(0);
    expect((await server.client().json('GET', '/ready')).status).toBe(200);
  }

  it('answers 503 while PostgreSQL is stopped, and recovers by itself', async () => {
    await postgres.stopImmediately();
    await expectOutage();
    await postgres.start();
    await expectRecovery();
  });

  it('recovers after every connection is cut', async () => {
    const admin = new pg.Client({ connectionString: postgres.url });
    await admin.connect();
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
    );
    await admin.end();
    await expectRecovery();
  });

  it('answers 503 while PostgreSQL is frozen, and recovers by itself', async () => {
    postgres.freeze(true);
    try {
      await expectOutage();
    } finally {
      postgres.freeze(false);
    }
    await expectRecovery();
  });

  it('has neither lost nor doubled a record', async () => {
    const files = await client.json<unknown[]>('GET', '/api/files');
    const uploads = await client.trail('&action=FILE_UPLOAD');
    expect(uploads).toHaveLength(files.body.length);
    expect(await server.stored()).toHaveLength(files.body.length);
  });
});
