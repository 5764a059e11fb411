import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Sequencer } from '../../src/audit/intake/sequencer.js';
import { readCheckpoint } from '../../src/audit/merkle/checkpoint.js';
import { type AwsServer, startAws } from '../support/aws-server.js';
import { JWT_SECRET, startApp, type TestApp } from '../support/test-app.js';

interface Ready {
  readonly checks: readonly { readonly name: string; readonly status: string }[];
}

const PATIENCE = 200;

const sequenced = (server: TestApp) => server.app.get(Sequencer).run();
const checkpoint = (server: TestApp) =>
  server.client().json<{ code: string }>('GET', '/api/audit/checkpoint');
const shown = async (server: TestApp) => (await server.client().fetch('/api/audit/checkpoint')).text();
const sizeIn = (note: string) => readCheckpoint(note)!.size;
const ready = (server: TestApp) => server.client().json<Ready>('GET', '/ready');
const metrics = async (server: TestApp) => (await server.client().fetch('/metrics')).text();

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < PATIENCE && !(await holds()); attempt++) await delay(100);
  expect(await holds()).toBe(true);
}

describe.each(['dynamodb', 's3'] as const)('a witness in %s', (kind) => {
  let aws: AwsServer;
  let root: string;
  let environment: Record<string, string>;
  beforeAll(async () => void (aws = await startAws()));
  afterAll(() => aws.stop());
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'witness-'));
    const place = kind === 's3' ? `s3://${await aws.bucket()}/witness` : `dynamodb://${await aws.table()}`;
    // With an embedded database: a test cannot put back a copy of a PostgreSQL server.
    environment = { ...aws.environment, WITNESS: place, DATABASE_URL: '', STORAGE_DRIVER: 'local' };
  });
  afterEach(async () => {
    aws.freeze(false);
    await rm(root, { recursive: true });
  });

  const start = (disk: string) => startApp({ ...environment, STORAGE_PATH: join(root, disk) });

  /** Makes a log whose disk has an older copy, database and everything else, in `older`. */
  async function workOn(): Promise<void> {
    await (await start('disk')).close();
    await cp(join(root, 'disk'), join(root, 'older'), { recursive: true });
    const server = await start('disk');
    await (await server.user()).upload('abc');
    await sequenced(server);
    await eventually(async () => (await checkpoint(server)).status === 200);
    await server.close();
  }

  async function expectRefused(server: TestApp): Promise<void> {
    const { status, body } = await ready(server);
    expect(status).toBe(503);
    expect(body.checks).toContainEqual({ name: 'audit_log', status: 'failing' });
    expect((await checkpoint(server)).body.code).toBe('audit_inconsistent');
  }

  /** The exit code and the output of `audit:check`. */
  function check(disk: string): Promise<[number, string]> {
    const env = { ...process.env, ...environment, STORAGE_PATH: join(root, disk), JWT_SECRET };
    return new Promise((resolve) => {
      execFile(process.execPath, ['dist/cli/audit-check.js'], { env }, (error, stdout, stderr) =>
        resolve([Number(error?.code ?? 0), stdout + stderr]),
      );
    });
  }

  it('refuses an older copy of the database together with the disk, in a new instance and in audit:check', async () => {
    await workOn();
    const server = await start('older');
    await expectRefused(server);
    expect(server.log.join()).toContain('were verified before');
    await server.close();
    expect(await check('older')).toEqual([1, expect.stringContaining('were verified before')]);
    expect(await check('disk')).toEqual([0, expect.stringContaining('whole')]);
  });

  it('publishes nothing of an older copy while it cannot be reached, and refuses it afterwards', async () => {
    await workOn();
    aws.freeze(true);
    expect(await check('disk')).toEqual([2, expect.stringContaining('no verdict')]);
    const server = await start('older');
    const client = await server.user();
    for (let i = 0; i < 20; i++) expect((await client.upload('abc')).status).toBe(201);
    await sequenced(server);
    const refused = await checkpoint(server);
    expect([refused.status, refused.body.code]).toEqual([503, 'audit_unavailable']);
    aws.freeze(false);
    await eventually(async () => (await ready(server)).status === 503);
    await expectRefused(server);
    await server.close();
  });

  it('holds no request up while it is frozen, says so, and recovers by itself', async () => {
    const server = await start('disk');
    const client = await server.user();
    await sequenced(server);
    await eventually(async () => (await checkpoint(server)).status === 200);
    const before = await shown(server);
    expect(await metrics(server)).toContain('\naudit_witness_failing 0');
    aws.freeze(true);
    await client.upload('abc');
    await sequenced(server);
    // Asks the witness, and gives the last published one after at most 2 s.
    expect(await shown(server)).toBe(before);
    for (let i = 0; i < 20; i++) expect((await client.upload('abc')).status).toBe(201);
    await sequenced(server);
    expect(await shown(server)).toBe(before);
    expect((await client.fetch('/api/audit/export')).status).toBe(200);
    const { status, body } = await ready(server);
    expect(status).toBe(200);
    expect(body.checks).toContainEqual({ name: 'audit_witness', status: 'failing' });
    expect(await metrics(server)).toContain('\naudit_witness_failing 1');
    aws.freeze(false);
    await eventually(async () => sizeIn(await shown(server)) > sizeIn(before) + 20);
    expect((await ready(server)).body.checks).toContainEqual({ name: 'audit_witness', status: 'ok' });
    expect(await metrics(server)).toContain('\naudit_witness_failing 0');
    await server.close();
  });
});
