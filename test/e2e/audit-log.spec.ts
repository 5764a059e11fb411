import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Sequencer } from '../../src/audit/intake/sequencer.js';
import { openCheckpoint } from '../../src/audit/merkle/checkpoint.js';
import { leafHash } from '../../src/audit/merkle/hashing.js';
import { isConsistent, rootFromInclusion } from '../../src/audit/merkle/proofs.js';
import { parseVkey } from '../../src/audit/merkle/signed-note.js';
import { verifyExport } from '../../src/cli/verify-export.js';
import type { AuditBody, Client } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

interface ProofBody {
  seq: number;
  entry: string;
  leaf_hash: string;
  tree_size: number;
  hashes: string[];
  checkpoint: string;
}

describe('audit log', () => {
  let server: TestApp;
  let auditor: Client;
  let vkey: string;
  beforeAll(async () => {
    server = await startApp();
    auditor = await server.userWithRole('auditor');
    const { body } = await server.client().json<{ vkey: string; name: string }[]>('GET', '/api/audit/keys');
    vkey = body[0]!.vkey;
    expect(body).toEqual([
      { name: 'microservices-api', key_id: expect.any(String), algorithm: 'ed25519', vkey },
    ]);
  });
  afterAll(() => server.close());

  const fromBase64 = (hashes: string[]) => hashes.map((hash) => Buffer.from(hash, 'base64'));
  const open = (note: string) => openCheckpoint(note, parseVkey(vkey)!)!;
  const checkpoint = async () => (await server.client().fetch('/api/audit/checkpoint')).text();

  /** Gives all entries so far their place in the log. */
  const sequenced = () => server.app.get(Sequencer).run();

  /** The newest entry of a user, with its place. */
  async function placed(client: Client): Promise<AuditBody & { seq: number }> {
    await sequenced();
    const [newest] = await client.trail();
    if (newest?.seq == null) throw new Error('the newest entry has no place');
    return { ...newest, seq: newest.seq };
  }

  async function exported(client: Client, query = ''): Promise<string> {
    const answer = await client.fetch(`/api/audit/export?${query}`);
    expect(answer.status).toBe(200);
    return answer.text();
  }

  async function verified(text: string, since?: string) {
    const file = join(server.storage, 'export.ndjson');
    await writeFile(file, text);
    if (since !== undefined) await writeFile(`${file}.since`, since);
    return verifyExport(file, vkey, since === undefined ? undefined : `${file}.since`);
  }

  it('numbers entries without a gap, and links each entry of a subject to the one before', async () => {
    const client = await server.user();
    for (let i = 0; i < 3; i++) await client.upload(`file ${i}`);
    await sequenced();
    const everything = (await exported(auditor)).trimEnd().split('\n').slice(0, -1);
    const lines = everything.map((line) => JSON.parse(line) as { seq: number; entry: string });
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index));
    const own = lines
      .map(({ entry }) => JSON.parse(entry) as Record<string, unknown>)
      .filter(({ subject }) => subject === client.userId);
    expect(own.map((entry) => entry.subject_seq)).toEqual(own.map((_, index) => index));
    const hashes = lines
      .filter(({ entry }) => entry.includes(`"subject":"${client.userId}"`))
      .map(({ entry }) => leafHash(entry).toString('base64'));
    expect(own.map((entry) => entry.subject_prev)).toEqual([null, ...hashes.slice(0, -1)]);
  });

  it('proves that an entry is in the signed log', async () => {
    const client = await server.user();
    await client.upload('abc', { name: 'secret plan.txt' });
    const entry = await placed(client);
    const { body, status } = await client.json<ProofBody>('GET', `/api/audit/logs/${entry.id}/proof`);
    expect(status).toBe(200);
    expect(body.seq).toBe(entry.seq);
    expect(leafHash(body.entry).toString('base64')).toBe(body.leaf_hash);
    const { root, size } = open(body.checkpoint);
    expect(size).toBe(body.tree_size);
    expect(rootFromInclusion(leafHash(body.entry), body.seq, size, fromBase64(body.hashes))).toEqual(root);
    expect(body.entry).not.toMatch(/secret plan|127\.0\.0\.1/);
  });

  it('proves and exports an entry right after its action', async () => {
    const client = await server.user();
    for (let i = 0; i < 5; i++) {
      await client.upload('x');
      const [newest] = await client.trail('&action=FILE_UPLOAD');
      const proven = await client.json<ProofBody>('GET', `/api/audit/logs/${newest!.id}/proof`);
      expect(proven.status).toBe(200);
      expect(open(proven.body.checkpoint).size).toBeGreaterThan(proven.body.seq);
      await client.json('GET', '/api/files');
      const actions = (await exported(client))
        .trimEnd()
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse((JSON.parse(line) as { entry: string }).entry) as { action: string });
      expect(actions.filter(({ action }) => action === 'FILE_LIST')).toHaveLength(i + 1);
      expect(await exported(client, 'format=csv')).toContain('FILE_LIST');
    }
  });

  it('answers 202 for a proof, and refuses an export, when the sequencer does not run within 2 s', async () => {
    const client = await server.user();
    const sequencer = server.app.get(Sequencer);
    const run = sequencer.run.bind(sequencer);
    sequencer.run = () => Promise.resolve();
    try {
      await client.upload('x');
      const [newest] = await client.trail();
      const answer = await client.json('GET', `/api/audit/logs/${newest!.id}/proof`);
      expect([answer.status, answer.body]).toEqual([202, { status: 'pending' }]);
      expect(answer.headers.get('retry-after')).toBe('1');
      const refused = await client.json('GET', '/api/audit/export');
      expect([refused.status, refused.body.code]).toEqual([503, 'audit_unavailable']);
    } finally {
      sequencer.run = run;
    }
  });

  it('answers another user’s entry like a missing one, and records the attempt', async () => {
    const [alice, bob] = [await server.user(), await server.user()];
    const entry = await placed(bob);
    for (const id of [entry.id, '00000000-0000-7000-8000-000000000000', 'nonsense']) {
      const answer = await alice.json('GET', `/api/audit/logs/${id}/proof`);
      expect([answer.status, answer.body.code]).toEqual([404, 'entry_not_found']);
    }
    expect((await alice.trail('&action=ACCESS_DENIED')).map(({ resource }) => resource)).toEqual([
      '00000000-0000-7000-8000-000000000000',
      entry.id,
    ]);
    expect((await auditor.json('GET', `/api/audit/logs/${entry.id}/proof`)).status).toBe(200);
  });

  it('proves that the log has only grown', async () => {
    const before = open(await checkpoint());
    const client = await server.user();
    await client.upload('more');
    await placed(client);
    const after = open(await checkpoint());
    expect(after.size).toBeGreaterThan(before.size);
    const { body } = await server
      .client()
      .json<{ hashes: string[] }>('GET', `/api/audit/consistency?from=${before.size}&to=${after.size}`);
    expect(isConsistent(before.size, after.size, before.root, after.root, fromBase64(body.hashes))).toBe(
      true,
    );
  });

  it.each([
    'from=0&to=1',
    'from=2&to=1',
    'from=1&to=99999999',
    'from=1',
    'from=a&to=b',
    'from=1&to=0x1',
    'from=1&to=1e0',
    'from=1&to=1&x=1',
  ])('refuses a consistency proof for ?%s', async (query) =>
    expect((await server.client().json('GET', `/api/audit/consistency?${query}`)).status).toBe(400),
  );

  it('exports the whole log for an auditor, and the export verifies', async () => {
    const older = await checkpoint();
    const client = await server.user();
    await client.upload('abc', { name: 'für später.txt' });
    await sequenced();
    const verdict = await verified(await exported(auditor), older);
    expect(verdict).toMatchObject({ fault: null, kind: 'log', withheld: 0, pruned: 0 });
    expect(verdict.rows).toBe(verdict.checkpoint.size);
  });

  it('exports a user’s own entries, each with a proof, with their signed number', async () => {
    const client = await server.user();
    await client.upload('abc');
    await client.json('GET', '/api/files');
    await sequenced();
    const text = await exported(client);
    expect(await verified(text)).toMatchObject({ fault: null, kind: 'subject', rows: 3 });
    const lines = text.split('\n');
    expect(
      (await verified(lines.toSpliced(1, 1).join('\n').replace('"rows":3', '"rows":2'))).fault,
    ).not.toBeNull();
    const withoutNewest = lines.toSpliced(2, 1).join('\n').replace('"rows":3', '"rows":2');
    expect((await verified(withoutNewest)).fault).not.toBeNull();
  });

  it('exports a selection, each entry with a proof', async () => {
    const client = await server.user();
    await client.upload('abc');
    await client.json('GET', '/api/files');
    await sequenced();
    for (const query of [
      'action=FILE_LIST',
      'ip=127.0.0.1&action=FILE_*',
      `user_id=${client.userId}&outcome=success`,
    ]) {
      const verdict = await verified(await exported(query.includes('user_id') ? auditor : client, query));
      expect(verdict).toMatchObject({ fault: null, kind: 'selection' });
      expect(verdict.rows).toBeGreaterThan(0);
    }
  });

  it('exports CSV with the codes of OCSF and ECS, without formulas', async () => {
    const client = await server.user();
    await client.upload('abc', { name: '=HYPERLINK("http://evil.example","x").csv' });
    await client.fetch('/api/files', { headers: { 'user-agent': '=1+1' } });
    await sequenced();
    const answer = await client.fetch('/api/audit/export?format=csv');
    expect(answer.headers.get('content-type')).toContain('text/csv');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="audit-\d+\.csv"$/);
    const [header, ...rows] = (await answer.text()).trimEnd().split('\r\n');
    expect(header).toMatch(
      /^seq,id,timestamp,action,.*,ocsf_class_uid,ocsf_activity_id,ecs_category,ecs_type$/,
    );
    expect(rows).toHaveLength(3);
    expect(rows[2]).toContain(",'=1+1,");
    expect(rows[1]).toMatch(/,6006,1,file,creation$/);
  });

  it('records reading: of one’s own entries once in five minutes, of another’s every time and in their trail', async () => {
    const client = await server.user();
    for (let i = 0; i < 3; i++) await client.trail('&outcome=success');
    for (let i = 0; i < 2; i++) await auditor.trail(`&user_id=${client.userId}`);
    const reads = await client.trail('&action=AUDIT_READ');
    expect(reads.map(({ actor, metadata }) => [actor.id, metadata])).toEqual([
      [auditor.userId, { filters: ['user_id'] }],
      [auditor.userId, { filters: ['user_id'] }],
      [client.userId, { filters: ['outcome'] }],
    ]);
    await exported(client);
    expect((await client.trail('&action=AUDIT_EXPORT'))[0]!.metadata).toEqual({
      format: 'ndjson',
      filters: [],
    });
  });

  it.each(['format=xml', 'limit=5', 'foo=1'])('refuses to export ?%s', async (query) => {
    expect((await auditor.json('GET', `/api/audit/export?${query}`)).status).toBe(400);
  });

  it('lets only auditors export another user’s entries', async () => {
    const [alice, bob] = [await server.user(), await server.user()];
    expect((await alice.json('GET', `/api/audit/export?user_id=${bob.userId}`)).status).toBe(403);
    await sequenced();
    const text = await exported(auditor, `user_id=${bob.userId}`);
    expect(await verified(text)).toMatchObject({ fault: null, kind: 'subject' });
  });

  it('shows an entry once while it moves into the log', async () => {
    const client = await server.user();
    const ids = new Set<string>();
    for (let i = 0; i < 40; i++) {
      await client.json('GET', '/api/files');
      const entries: AuditBody[] = await client.trail('&action=FILE_LIST');
      expect(entries).toHaveLength(i + 1);
      for (const { id } of entries) ids.add(id);
    }
    expect(ids.size).toBe(40);
  });
});
