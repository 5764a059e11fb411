import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cosignerServer } from '../../src/audit/cosigner/cosigner-server.js';
import { Cosigner, type Fork } from '../../src/audit/cosigner/cosigner.js';
import { CosignerState } from '../../src/audit/cosigner/cosigner-state.js';
import { writeAddCheckpoint } from '../../src/audit/merkle/add-checkpoint.js';
import { findCosignature } from '../../src/audit/merkle/cosignature.js';
import { splitNote } from '../../src/audit/merkle/signed-note.js';
import { SmallLog } from '../support/small-log.js';
import { signNote } from '../../src/audit/merkle/signing.js';

const { privateKey } = generateKeyPairSync('ed25519');
const log = new SmallLog().add(...Array.from({ length: 20 }, () => null));
const fork = new SmallLog(log.privateKey).add(null, null, ...Array.from({ length: 20 }, () => 'eve'));
const other = new SmallLog(undefined, 'other.test').add(null, null, null);

describe('a witness for logs of others', () => {
  let directory: string;
  let server: Server;
  let cosigner: Cosigner;
  let forks: Fork[];
  let failures: unknown[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cosigner-'));
    [forks, failures] = [[], []];
    await start();
  });
  afterEach(async () => {
    await stop();
    await rm(directory, { recursive: true });
  });

  const file = () => join(directory, 'state.json');
  async function start(): Promise<void> {
    const state = await CosignerState.open(file());
    const logs = [log.verifier, other.verifier];
    cosigner = new Cosigner('witness.test', privateKey, logs, state, (each) => forks.push(each));
    server = cosignerServer(cosigner, (error) => failures.push(error)).listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  async function stop(): Promise<void> {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }
  async function post(body: string, path = '/add-checkpoint', method = 'POST') {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    const answer = await fetch(url, { method, ...(method === 'POST' ? { body } : {}) });
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  }
  const body = (of: SmallLog, old: number, size: number, note = of.checkpoint(size)) =>
    writeAddCheckpoint({ old, note, proof: old === 0 ? [] : of.consistency(old, size) });
  const offer = (of: SmallLog, old: number, size: number) => post(body(of, old, size));

  it('cosigns what continues the newest checkpoint, also after a restart, and keeps logs apart', async () => {
    for (const [old, size] of [
      [0, 3],
      [3, 8],
      [8, 8],
      [8, 20],
    ] as const) {
      const { status, text } = await offer(log, old, size);
      expect(status).toBe(200);
      const signed = splitNote(log.checkpoint(size))!.text;
      const { seconds } = findCosignature(signed, [text.trimEnd()], cosigner.verifier)!;
      expect(Math.abs(Date.now() / 1000 - seconds)).toBeLessThan(60);
      await stop();
      await start();
    }
    expect((await offer(other, 0, 3)).status).toBe(200);
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({
      'log.test': log.checkpoint(20),
      'other.test': other.checkpoint(3),
    });
    expect(await readdir(directory)).toEqual(['state.json']);
  });

  it('answers 409 with its size when the old size is another', async () => {
    await offer(log, 0, 8);
    for (const [old, size] of [
      [0, 20],
      [7, 20],
      [9, 20],
      [3, 8],
    ] as const)
      expect(await offer(log, old, size)).toEqual({ status: 409, type: 'text/x.tlog.size', text: '8\n' });
    expect((await offer(other, 2, 3)).text).toBe('0\n');
  });

  it('refuses a fork, and reports both signed notes', async () => {
    await offer(log, 0, 8);
    expect((await offer(fork, 8, 20)).status).toBe(422);
    const same = await offer(fork, 8, 8);
    expect([same.status, same.type]).toEqual([409, 'text/plain; charset=utf-8']);
    expect(forks).toEqual([{ origin: 'log.test', seen: log.checkpoint(8), offered: fork.checkpoint(8) }]);
    expect((await offer(log, 8, 20)).status).toBe(200);
  });

  it('refuses proofs that do not verify, and unknown logs and keys', async () => {
    const proof = log.consistency(3, 8);
    const withProof = (old: number, hashes: Buffer[], note = log.checkpoint(8)) =>
      post(writeAddCheckpoint({ old, proof: hashes, note }));
    expect((await withProof(0, proof)).status).toBe(422);
    await offer(log, 0, 3);
    for (const hashes of [[], proof.slice(1), [...proof, proof[0]!], proof.toReversed()])
      expect((await withProof(3, hashes)).status).toBe(422);
    expect((await offer(new SmallLog(log.privateKey, 'unknown.test').add(null), 0, 1)).status).toBe(404);
    expect((await offer(new SmallLog().add(null, null, null, null), 3, 4)).status).toBe(403);
    // A key of one log signs nothing for the other.
    const { text } = splitNote(other.checkpoint(3))!;
    expect((await post(body(other, 0, 3, signNote(text, 'log.test', log.privateKey)))).status).toBe(403);
    for (const malformed of ['', 'nonsense', `old 0\n\n${text}`, body(log, 0, 8).slice(0, -1)])
      expect((await post(malformed)).status).toBe(400);
    expect((await post(writeAddCheckpoint({ old: 9, proof: [], note: log.checkpoint(8) }))).status).toBe(400);
    expect((await offer(log, 3, 8)).status).toBe(200);
  });

  it('cosigns checkpoints with further lines, which logs of other software have', async () => {
    const text = `${splitNote(log.checkpoint(3))!.text}further line\n`;
    const { status, text: line } = await post(body(log, 0, 3, signNote(text, 'log.test', log.privateKey)));
    expect(status).toBe(200);
    expect(findCosignature(text, [line.trimEnd()], cosigner.verifier)).not.toBeNull();
    expect((await offer(log, 3, 8)).status).toBe(200);
  });

  it('cosigns one of many parallel checkpoints with the same old size', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => offer(log, 0, index + 1)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  });

  it('serves one path and one method, and no long bodies', async () => {
    expect((await post('', '/')).status).toBe(404);
    expect((await post('', '/add-checkpoint', 'GET')).status).toBe(405);
    expect((await post('x'.repeat(65_537))).status).toBe(413);
    expect((await offer(log, 0, 1)).status).toBe(200);
  });

  it('cosigns nothing that it cannot keep', async () => {
    await offer(log, 0, 3);
    await rm(file());
    await mkdir(file());
    expect((await offer(log, 3, 8)).status).toBe(500);
    expect(failures).toHaveLength(1);
    await rm(file(), { recursive: true });
    expect((await offer(log, 3, 8)).status).toBe(200);
  });

  it('does not start with something else in its file', async () => {
    const note = log.checkpoint(8);
    const damaged = [note.slice(0, 20), note.replace('\n8\n', '\n08\n'), other.checkpoint(3), ''];
    const states = damaged.map((text) =>
      JSON.stringify({ 'other.test': other.checkpoint(3), 'log.test': text }),
    );
    for (const text of [
      '',
      '[]',
      '{"a":1}',
      'null',
      JSON.stringify({ 'log.test': note }).slice(0, -9),
      ...states,
    ]) {
      await writeFile(file(), text);
      await expect(CosignerState.open(file())).rejects.toThrow('does not hold the state of a witness');
    }
    await rm(file());
  });

  it('removes what a killed process had begun to write, and nothing else', async () => {
    const others = [
      'state.json.key',
      'state.json.lock',
      'state.json.old',
      'other.json.5f0c6d9e-1f5f-4c36-9f0f-3a1b4a3c2d1e',
    ];
    for (const name of [...others, 'state.json.5f0c6d9e-1f5f-4c36-9f0f-3a1b4a3c2d1e'])
      await writeFile(join(directory, name), 'half');
    await CosignerState.open(file());
    expect((await readdir(directory)).sort()).toEqual([...others, 'state.json'].sort());
  });
});
