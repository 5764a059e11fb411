import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { CosignatureCollector } from '../../src/audit/cosignatures/cosignature-collector.js';
import { CosignatureStore } from '../../src/audit/cosignatures/cosignature-store.js';
import { Sequencer } from '../../src/audit/intake/sequencer.js';
import { LogSigner } from '../../src/audit/log/log-signer.js';
import { verifyExport } from '../../src/cli/verify-export.js';
import { WRITING } from '../../src/database/transactions.js';
import type { Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { TlogWitness } from '../support/tlog-witness.js';

describe('checkpoints and outside witnesses', () => {
  let witness: TlogWitness;
  let second: TlogWitness;
  let server: TestApp;
  let auditor: Client;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cosignatures-'));
    [witness, second] = [await TlogWitness.start(), await TlogWitness.start('second.test')];
    server = await startApp({ AUDIT_WITNESSES: `${witness.variable}, ${second.variable}` });
    auditor = await server.userWithRole('auditor');
  });
  afterAll(async () => {
    await server.close();
    await witness.stop();
    await second.stop();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    for (const each of [witness, second]) each.trust(logKey());
    await grow();
  });
  afterEach(() => void (witness.mode = second.mode = 'cosign'));

  const logKey = () => server.app.get(LogSigner).verifier.vkey;
  const database = () => server.app.get<DataSource>(WRITING);
  const offered = () => server.app.get(CosignatureCollector).run();
  const note = async () => (await server.client().fetch('/api/audit/checkpoint')).text();
  const metrics = async () => (await server.client().fetch('/metrics')).text();
  /** Lets the minute pass. */
  const due = () => database().query('UPDATE audit_cosignatures SET attempted_at = 0');
  async function grow(): Promise<void> {
    await auditor.json('GET', '/api/files');
    await server.app.get(Sequencer).run();
    await note();
  }
  async function verify(text: string, ...witnesses: string[]) {
    const file = join(directory, 'export.ndjson');
    await writeFile(file, text);
    return verifyExport(file, logKey(), undefined, witnesses);
  }
  const exported = async (query = '') => (await auditor.fetch(`/api/audit/export${query}`)).text();
  const linesOf = (text: string) => text.split('\n').filter((line) => line.startsWith('— '));

  it('are cosigned, with a proof that they continue the last one, and shown with the lines', async () => {
    await due();
    await offered();
    expect(linesOf(await note()).map((line) => line.split(' ')[1])).toEqual([
      'microservices-api',
      'witness.test/w1',
      'second.test',
    ]);
    const before = witness.size;
    await grow();
    await due();
    await offered();
    expect(witness.requests.at(-1)).toEqual({ old: before, size: witness.size, status: 200 });
    expect(witness.size).toBeGreaterThan(before);
    const age = /audit_cosignature_age_seconds\{witness="witness.test\/w1"\} (\S+)/.exec(await metrics());
    expect(Number(age![1])).toBeLessThan(3600);
    expect(await metrics()).toMatch(
      /audit_cosignature_offers_total\{witness="second.test",outcome="cosigned"\} [1-9]/,
    );
  });

  it('are offered once a minute over all instances', async () => {
    await due();
    await offered();
    const { length } = witness.requests;
    await grow();
    for (let i = 0; i < 3; i++) await offered();
    expect(witness.requests).toHaveLength(length);
    const store = server.app.get(CosignatureStore);
    const now = Date.now();
    const turns = (at: number) => Array.from({ length: 10 }, () => store.takeTurn('some witness', at));
    for (const at of [now, now + 60_000])
      expect((await Promise.all(turns(at))).filter(Boolean)).toHaveLength(1);
    expect((await Promise.all(turns(now + 119_999))).filter(Boolean)).toEqual([]);
  });

  it('stand in exports, with older ones in a field of their own, and are demanded by the verifier', async () => {
    await due();
    await offered();
    const { size } = witness;
    // The export is recorded before its checkpoint is taken, so the cosigned one is older.
    await grow();
    const whole = await exported();
    const trailer = JSON.parse(whole.trimEnd().split('\n').at(-1)!) as Record<string, unknown>;
    expect(Object.keys(trailer)).toEqual(['checkpoint', 'rows', 'cosigned']);
    const verdict = await verify(whole, witness.vkey, second.vkey);
    expect(verdict).toMatchObject({ fault: null, kind: 'log' });
    expect(verdict.witnessed).toEqual([
      { name: 'witness.test/w1', size, seconds: expect.any(Number) },
      { name: 'second.test', size, seconds: expect.any(Number) },
    ]);
    expect(verdict.checkpoint.size).toBeGreaterThan(size);
    for (const query of ['?action=FILE_*', `?user_id=${auditor.userId}`])
      expect((await verify(await exported(query), witness.vkey)).fault).toBeNull();
    const stranger = await TlogWitness.start('stranger.test');
    expect((await verify(whole, stranger.vkey)).fault?.reason).toBe(
      'the witness stranger.test has cosigned no checkpoint of this export',
    );
    await stranger.stop();
    const line = linesOf(JSON.stringify(trailer).replaceAll('\\n', '\n')).find((each) =>
      each.includes('/w1'),
    )!;
    const stripped = whole.replace(`${line}\\n`, '');
    expect((await verify(stripped)).fault).toBeNull();
    expect((await verify(stripped, witness.vkey)).fault).not.toBeNull();
    expect((await verify(stripped, second.vkey)).fault).toBeNull();
  });

  it('goes on from the size that the witness names', async () => {
    const before = witness.size;
    await database().query('UPDATE audit_cosignatures SET known_size = 1, attempted_at = 0');
    await offered();
    expect(witness.requests.slice(-2)).toEqual([
      { old: 1, size: witness.size, status: 409 },
      { old: before, size: witness.size, status: 200 },
    ]);
  });

  it.each([
    ['refuse', 'the answer was 503', 'refused'],
    ['wrong key', 'no valid cosignature', 'wrong'],
    ['wrong text', 'no valid cosignature', 'wrong'],
    ['nonsense', 'no valid cosignature', 'wrong'],
    ['conflict', 'the answer was 409', 'refused'],
    ['ahead', `the witness has seen ${Number.MAX_SAFE_INTEGER} entries`, 'refused'],
  ] as const)(
    'carry no line of a witness in the mode “%s”, which is told once',
    async (mode, words, outcome) => {
      witness.mode = mode;
      const told = () => server.log.filter((line) => line.includes(words)).length;
      const before = told();
      for (let i = 0; i < 2; i++) {
        await due();
        await offered();
      }
      expect(told()).toBe(before + 1);
      expect(linesOf(await note()).map((line) => line.split(' ')[1])).toEqual([
        'microservices-api',
        'second.test',
      ]);
      expect(await metrics()).toContain(`{witness="witness.test/w1",outcome="${outcome}"}`);
      expect((await server.client().fetch('/ready')).status).toBe(200);
      witness.mode = 'cosign';
      await due();
      await offered();
      expect(linesOf(await note())).toHaveLength(3);
    },
  );

  it('are not cosigned by a witness that does not know the log', async () => {
    witness.trust();
    await due();
    await offered();
    expect(linesOf(await note())).toHaveLength(2);
    expect(witness.requests.at(-1)!.status).toBe(404);
  });

  it('are offered from the first entry on when the witness is thought to have seen more than the log has', async () => {
    const before = witness.size;
    await database().query('UPDATE audit_cosignatures SET known_size = 1000000, attempted_at = 0');
    await offered();
    expect(witness.requests.slice(-2)).toEqual([
      { old: 0, size: witness.size, status: 409 },
      { old: before, size: witness.size, status: 200 },
    ]);
  });
});
