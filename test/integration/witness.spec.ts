import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { getRepositoryToken } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { AuditState } from '../../src/audit/log/audit-state.entity.js';
import { FileWitnessStore } from '../../src/audit/witness/file-witness-store.js';
import { Sequencer } from '../../src/audit/intake/sequencer.js';
import { readCheckpoint } from '../../src/audit/merkle/checkpoint.js';
import { startApp, type TestApp } from '../support/test-app.js';

interface Ready {
  readonly checks: readonly { readonly name: string; readonly status: string }[];
}

const sequenced = (server: TestApp) => server.app.get(Sequencer).run();
const checkpoint = (server: TestApp) => server.client().fetch('/api/audit/checkpoint');
const ready = (server: TestApp) => server.client().json<Ready>('GET', '/ready');
const sizeIn = (note: string | null) => readCheckpoint(note ?? '')?.size ?? 0;

describe('a checkpoint that was read while the log grows', () => {
  let server: TestApp;
  beforeEach(async () => void (server = await startApp()));
  afterEach(() => server.close());

  it('is no inconsistency when the answer arrives after the log has grown', async () => {
    const client = await server.user();
    await sequenced(server);
    const states = server.app.get<Repository<AuditState>>(getRepositoryToken(AuditState));
    const read = states.findOneByOrFail.bind(states);
    let delayed = 0;
    states.findOneByOrFail = async (where) => {
      const state = await read(where);
      if (++delayed > 3) return state;
      states.findOneByOrFail = read;
      // While the answer is delayed, the log grows and a newer checkpoint is published.
      await client.json('GET', '/api/files');
      await sequenced(server);
      expect((await checkpoint(server)).status).toBe(200);
      return state;
    };
    const answer = await checkpoint(server);
    expect(delayed).toBe(1);
    expect(answer.status).toBe(200);
    const { size } = await read({ id: 1 });
    expect(sizeIn(await answer.text())).toBe(size);
    expect((await ready(server)).status).toBe(200);
  });

  it('is published only when the witness keeps it', async () => {
    const store = FileWitnessStore.of(server.config);
    const client = await server.user();
    for (let i = 0; i < 5; i++) {
      await client.json('GET', '/api/files');
      await sequenced(server);
      const shown = await (await checkpoint(server)).text();
      expect(sizeIn(await store.fetch())).toBeGreaterThanOrEqual(sizeIn(shown));
    }
  });

  it('is published in the background too, and when the service stops', async () => {
    const store = FileWitnessStore.of(server.config);
    await (await server.user()).json('GET', '/api/files');
    await sequenced(server);
    const { size } = await state(server);
    while (sizeIn(await store.fetch()) < size) await delay(100);
    expect(sizeIn(await store.fetch())).toBeGreaterThanOrEqual(size);
  });

  it('causes no request to the witness while the log does not grow, and one for many parallel calls', async () => {
    await sequenced(server);
    await checkpoint(server);
    const files = async () => (await readdir(join(server.storage, 'witness'), { recursive: true })).length;
    const before = await files();
    for (let i = 0; i < 10; i++) expect((await checkpoint(server)).status).toBe(200);
    expect(await files()).toBe(before);
    await (await server.user()).json('GET', '/api/files');
    await sequenced(server);
    await Promise.all(Array.from({ length: 20 }, () => checkpoint(server)));
    expect((await files()) - before).toBeLessThanOrEqual(3);
  });

  const state = (of: TestApp) =>
    of.app.get<Repository<AuditState>>(getRepositoryToken(AuditState)).findOneByOrFail({ id: 1 });
});

describe('a witness that is down', () => {
  it('leaves the last checkpoint published, is shown in /ready, and recovers', async () => {
    const server = await startApp();
    const directory = join(server.storage, 'witness');
    try {
      const client = await server.user();
      await sequenced(server);
      const before = await (await checkpoint(server)).text();
      await rename(directory, `${directory}.away`);
      await writeFile(directory, 'in the way');
      await client.upload('abc');
      await sequenced(server);
      const during = await checkpoint(server);
      expect([during.status, await during.text()]).toEqual([200, before]);
      expect((await client.fetch('/api/audit/export')).status).toBe(200);
      const { status, body } = await ready(server);
      expect(status).toBe(200);
      expect(body.checks).toContainEqual({ name: 'audit_witness', status: 'failing' });
      expect(server.log.join()).toContain('the witness cannot be reached');

      await rm(directory);
      await rename(`${directory}.away`, directory);
      let after = before;
      for (let i = 0; i < 100 && after === before; i++) {
        await delay(50);
        after = await (await checkpoint(server)).text();
      }
      expect(sizeIn(after)).toBeGreaterThan(sizeIn(before));
      expect((await ready(server)).body.checks).toContainEqual({ name: 'audit_witness', status: 'ok' });
    } finally {
      await server.close();
    }
  });

  it('does not prevent the start of the service', async () => {
    const storage = await mkdtemp(join(tmpdir(), 'witness-'));
    try {
      await writeFile(join(storage, 'witness'), 'in the way');
      const server = await startApp({ STORAGE_PATH: storage });
      const client = await server.user();
      await client.upload('abc');
      const refused = await server.client().json('GET', '/api/audit/checkpoint');
      expect([refused.status, refused.body.code]).toEqual([503, 'audit_unavailable']);
      expect((await ready(server)).status).toBe(200);
      await rm(join(storage, 'witness'));
      let status = 503;
      for (let i = 0; i < 100 && status !== 200; i++) {
        await delay(50);
        ({ status } = await checkpoint(server));
      }
      expect(status).toBe(200);
      await server.close();
    } finally {
      await rm(storage, { recursive: true });
    }
  });
});

describe('a witness that can be read and not written', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('lets a new process serve what another has published', async () => {
    const storage = await mkdtemp(join(tmpdir(), 'witness-'));
    // With an embedded database, which is in the same directory.
    const start = () => startApp({ STORAGE_PATH: storage, DATABASE_URL: '' });
    const first = await start();
    const client = await first.user();
    await sequenced(first);
    const published = await (await checkpoint(first)).text();
    jest.spyOn(FileWitnessStore.prototype, 'replace').mockRejectedValue(new Error('read-only'));
    await client.upload('abc');
    await sequenced(first);
    await first.close();
    const second = await start();
    const answer = await checkpoint(second);
    expect([answer.status, await answer.text()]).toEqual([200, published]);
    expect((await ready(second)).body.checks).toContainEqual({ name: 'audit_witness', status: 'failing' });
    await second.close();
    await rm(storage, { recursive: true });
  });
});

describe('a witness that was put back itself', () => {
  it('is told to the operator, and gets the newest checkpoint again', async () => {
    const server = await startApp();
    try {
      const client = await server.user();
      await sequenced(server);
      const before = sizeIn(await (await checkpoint(server)).text());
      await rm(join(server.storage, 'witness'), { recursive: true });
      await client.upload('abc');
      await sequenced(server);
      expect((await checkpoint(server)).status).toBe(200);
      expect(server.log.join()).toMatch(/the witness was put back: it has 0 entries, and had \d+/);
      expect(sizeIn(await FileWitnessStore.of(server.config).fetch())).toBeGreaterThan(before);
    } finally {
      await server.close();
    }
  });

  it('is told to the operator when it is empty and the log is not', async () => {
    const storage = await mkdtemp(join(tmpdir(), 'witness-'));
    // With an embedded database, which is in the same directory.
    const start = () => startApp({ STORAGE_PATH: storage, DATABASE_URL: '' });
    const isEmpty = 'the witness is empty: the log is taken as it is';
    for (const empty of [false, false, true]) {
      if (empty) await rm(join(storage, 'witness'), { recursive: true });
      const server = await start();
      expect(server.log.join().includes(isEmpty)).toBe(empty);
      await server.close();
    }
    await rm(storage, { recursive: true });
  });
});

describe('an older copy of the database that was restored', () => {
  let storage: string;
  beforeEach(async () => void (storage = await mkdtemp(join(tmpdir(), 'witness-'))));
  afterEach(() => rm(storage, { recursive: true }));

  // With an embedded database: a test cannot restore a copy of a PostgreSQL server.
  const start = (environment: Record<string, string> = {}) =>
    startApp({ STORAGE_PATH: storage, DATABASE_URL: '', ...environment });
  const database = () => join(storage, 'database');

  /**
   * Leaves a database that has less than what was published. @returns the checkpoint that was published last.
   */
  async function putBack(): Promise<string> {
    await (await start()).close();
    await cp(database(), join(storage, 'older'), { recursive: true });
    const second = await start();
    await (await second.user()).upload('abc');
    await sequenced(second);
    const last = await (await checkpoint(second)).text();
    await second.close();
    await rm(database(), { recursive: true });
    await cp(join(storage, 'older'), database(), { recursive: true });
    return last;
  }

  it.each<Record<string, string>>([{}, { PORT: '9090' }])(
    'is detected by an instance with %j',
    async (environment) => {
      await putBack();
      const third = await start(environment);
      const { status, body } = await ready(third);
      expect(status).toBe(503);
      expect(body.checks).toContainEqual({ name: 'audit_log', status: 'failing' });
      expect(third.log.join()).toContain('were verified before');
      expect((await third.client().json('GET', '/api/audit/checkpoint')).body.code).toBe(
        'audit_inconsistent',
      );
      await third.close();
      // An operator has looked and accepts the older state.
      await rm(join(storage, 'witness'), { recursive: true });
      const accepted = await start(environment);
      expect((await ready(accepted)).status).toBe(200);
      await accepted.close();
    },
  );

  it('is detected after an upgrade from a version with a file for each host and port', async () => {
    const last = await putBack();
    await rm(join(storage, 'witness'), { recursive: true });
    await mkdir(join(storage, 'witness'));
    await writeFile(join(storage, 'witness', 'older-host-8080.checkpoint'), last);
    const server = await start();
    expect((await ready(server)).status).toBe(503);
    expect(server.log.join()).toContain('were verified before');
    await server.close();
  });

  it('is detected by running instances', async () => {
    const server = await start();
    const states = server.app.get<Repository<AuditState>>(getRepositoryToken(AuditState));
    const client = await server.user();
    await sequenced(server);
    const older = await states.findOneByOrFail({ id: 1 });
    await client.upload('abc');
    await sequenced(server);
    await checkpoint(server);
    states.findOneByOrFail = () => Promise.resolve(older);
    expect((await server.client().json('GET', '/api/audit/checkpoint')).body.code).toBe('audit_inconsistent');
    await server.close();
  });

  it('is detected after the signing key was replaced, and a replaced key alone is no fault', async () => {
    const key = () => rm(join(storage, 'keys', 'audit-signing-key.pem'));
    await (await start()).close();
    await key();
    const renewed = await start();
    expect((await ready(renewed)).status).toBe(200);
    expect((await checkpoint(renewed)).status).toBe(200);
    await renewed.close();
    await putBack();
    await key();
    const third = await start();
    expect((await ready(third)).status).toBe(503);
    await third.close();
  });

  it('refuses to start with an unreadable witness', async () => {
    await (await start()).close();
    const [log] = await readdir(join(storage, 'witness'));
    await writeFile(join(storage, 'witness', log!, '999999999999999'), 'nonsense');
    await expect(start()).rejects.toThrow('holds no checkpoint');
  });
});
