import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CosignatureCollector } from '../../../src/audit/cosignatures/cosignature-collector.js';
import { Sequencer } from '../../../src/audit/intake/sequencer.js';
import { writeAddCheckpoint } from '../../../src/audit/merkle/add-checkpoint.js';
import { Cosignatures } from '../../../src/audit/cosignatures/cosignatures.js';
import { readCheckpoint } from '../../../src/audit/merkle/checkpoint.js';
import { verifyExport } from '../../../src/cli/verify-export.js';
import { SmallLog } from '../../support/small-log.js';
import { startApp, type TestApp } from '../../support/test-app.js';
import { noteVerifier } from '../../../src/audit/merkle/signing.js';

interface WitnessProcess {
  readonly vkey: string;
  readonly url: string;
  readonly child: ChildProcess;
  output(): string;
}

/** @throws Error with what it has printed, when it ends. */
async function startWitness(...options: readonly string[]): Promise<WitnessProcess> {
  const child = spawn(process.execPath, ['dist/cli/cli.js', 'witness', ...options, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    output += chunk.toString();
    const [, vkey, port] = /^(.+)\nlistening on 127\.0\.0\.1 port (\d+)\n/.exec(output) ?? [];
    if (port !== undefined)
      return { vkey: vkey!, url: `http://127.0.0.1:${port}`, child, output: () => output };
  }
  if (!child.stderr.closed) await once(child.stderr, 'close');
  throw new Error(`the witness does not start: ${output}`);
}

async function stop({ child }: WitnessProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  // All that it printed has been read when its streams are closed.
  const closed = once(child, 'close');
  child.kill(signal);
  const [code] = (await closed) as [number | null];
  return code;
}

describe('the program of a witness', () => {
  const log = new SmallLog().add(null, null, null);
  let directory: string;
  beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'witness-'))));
  afterEach(() => rm(directory, { recursive: true }));

  const start = () =>
    startWitness(
      '--name',
      'witness.test',
      '--state',
      join(directory, 'state.json'),
      '--log',
      log.verifier.vkey,
    );

  it('is alone with its file, and the file is free again after kill -9', async () => {
    const first = await start();
    await expect(start()).rejects.toThrow('state.json is in use by another witness');
    await stop(first, 'SIGKILL');
    const second = await start();
    expect(second.vkey).toBe(first.vkey);
    expect(await stop(second, 'SIGTERM')).toBe(0);
  });

  it('stops although a client is slow', async () => {
    const witness = await start();
    const client = connect(Number(new URL(witness.url).port), '127.0.0.1');
    client.on('error', () => undefined);
    await once(client, 'connect');
    client.write('POST /add-checkpoint HTTP/1.1\r\nHost: witness\r\nContent-Length: 9\r\n\r\nold');
    // The connection before this one has been accepted when this one is answered.
    expect((await fetch(witness.url)).status).toBe(404);
    expect(await stop(witness, 'SIGTERM')).toBe(0);
    client.destroy();
  });
});

describe('two installations with a witness for each other', () => {
  const origins = ['a.test', 'b.test'] as const;
  let directory: string;
  let keys: KeyObject[];
  let witnesses: WitnessProcess[];
  let servers: TestApp[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'witnesses-'));
    keys = origins.map(() => generateKeyPairSync('ed25519').privateKey);
    // Each watches the other's log.
    witnesses = await Promise.all([run(0), run(1)]);
    servers = await Promise.all(
      origins.map((origin, index) =>
        startApp({
          AUDIT_ORIGIN: origin,
          AUDIT_SIGNING_KEY: keys[index]!.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
          AUDIT_WITNESSES: `${witnesses[1 - index]!.vkey}@${witnesses[1 - index]!.url}`,
        }),
      ),
    );
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await Promise.all(witnesses.map((witness) => stop(witness, 'SIGTERM')));
    await rm(directory, { recursive: true });
  });

  /** The program of installation `index`, which watches the log of the other. */
  async function run(index: number): Promise<WitnessProcess> {
    const log = noteVerifier(origins[1 - index]!, keys[1 - index]!).vkey;
    const state = join(directory, `state-${index}.json`);
    return startWitness('--name', `witness.${origins[index]}`, '--state', state, '--log', log);
  }

  async function verdict(server: TestApp, index: number, ...cosigners: string[]) {
    const auditor = await server.userWithRole('auditor');
    const file = join(directory, 'export.ndjson');
    await writeFile(file, await (await auditor.fetch('/api/audit/export')).text());
    return verifyExport(file, noteVerifier(origins[index]!, keys[index]!).vkey, undefined, cosigners);
  }

  /** Lets the log be cosigned. @returns the size that the witness has seen. */
  async function seenBy({ vkey }: WitnessProcess, server: TestApp): Promise<number> {
    await server.app.get(Sequencer).run();
    await server.client().fetch('/api/audit/checkpoint');
    await server.app.get(CosignatureCollector).run();
    return server.app.get(Cosignatures).sizeOf(vkey);
  }

  /** What the witness at B keeps of the log of A. */
  async function seenSize(): Promise<number> {
    const notes = JSON.parse(await readFile(join(directory, 'state-1.json'), 'utf8')) as Record<
      string,
      string
    >;
    return readCheckpoint(notes[origins[0]]!)!.size;
  }

  it('cosigns, demands the cosignature, and catches a fork that is made with the stolen key', async () => {
    for (const [index, server] of servers.entries()) {
      expect(await seenBy(witnesses[1 - index]!, server)).toBeGreaterThan(0);
      const { fault, witnessed } = await verdict(server, index, witnesses[1 - index]!.vkey);
      expect(fault).toBeNull();
      expect(witnessed).toMatchObject([{ name: `witness.${origins[1 - index]}` }]);
      expect((await verdict(server, index, witnesses[index]!.vkey)).fault).not.toBeNull();
    }
    // A keeps another log under its name and key, with more entries than the witness at B has seen.
    const [a] = servers.splice(0, 1);
    await a!.close();
    const size = await seenSize();
    const fork = new SmallLog(keys[0], origins[0]).add(...Array.from({ length: size + 5 }, () => null));
    const offer = async (old: number, newSize: number) => {
      const proof = fork.consistency(old, newSize);
      const body = writeAddCheckpoint({ old, proof, note: fork.checkpoint(newSize) });
      const { status } = await fetch(`${witnesses[1]!.url}/add-checkpoint`, { method: 'POST', body });
      return status;
    };
    expect(await offer(size, size + 5)).toBe(422);
    expect(await offer(size, size)).toBe(409);
    expect(await stop(witnesses[1]!, 'SIGKILL')).toBeNull();
    expect(witnesses[1]!.output()).toContain('a log has forked');
    expect(witnesses[1]!.output()).toContain(JSON.stringify(fork.checkpoint(size)));
    // The program remembers after it was killed.
    witnesses[1] = await run(1);
    expect(await offer(size + 1, size + 5)).toBe(409);
    expect(await offer(size, size + 5)).toBe(422);
    expect((await stat(join(directory, 'state-1.json.key'))).mode & 0o777).toBe(0o600);
    expect(await stop(witnesses[1], 'SIGTERM')).toBe(0);
  });
});
