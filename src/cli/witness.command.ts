import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { cosignerServer, stopCosignerServer } from '../audit/cosigner/cosigner-server.js';
import { Cosigner, type Fork } from '../audit/cosigner/cosigner.js';
import { CosignerState } from '../audit/cosigner/cosigner-state.js';
import { isKeyName, type NoteVerifier, parseVkey } from '../audit/merkle/signed-note.js';
import { ConfigError } from '../config/config-error.js';
import { keptSigningKey } from '../config/generated-secrets.js';
import { FileLock } from '../database/file-lock.js';
import { loggedError } from '../logging/logged-error.js';

interface Options {
  readonly name: string;
  readonly log: readonly string[];
  readonly state: string;
  readonly key?: string;
  readonly host: string;
  readonly port: string;
}

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

/** @throws ConfigError. */
function verifierOf(vkey: string): NoteVerifier {
  const verifier = parseVkey(vkey);
  if (verifier === null) throw new ConfigError([`--log ${vkey} is not the vkey of a log`]);
  return verifier;
}

/** The two notes prove to everybody that the log has forked, so they are printed whole. */
function report({ origin, seen, offered }: Fork): void {
  process.stderr.write(
    `${JSON.stringify({ level: 'fatal', msg: 'a log has forked', origin, seen, offered })}\n`,
  );
}

function reportFailure(error: unknown): void {
  process.stderr.write(`${loggedError(error).stack}\n`);
}

/** Runs until SIGTERM or SIGINT. */
async function run({ name, log, state: file, key: keyFile, host, port }: Options): Promise<void> {
  if (!isKeyName(name)) throw new ConfigError(['--name must have no space and no plus sign']);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new ConfigError(['--port must be a whole number from 0 to 65535']);
  if (log.length === 0) throw new ConfigError(['--log is required']);
  mkdirSync(dirname(resolve(file)), { recursive: true, mode: 0o700 });
  // Two processes would each cosign another log of the same name, because neither knows what the other has seen.
  const lock = FileLock.take(resolve(`${file}.lock`));
  if (lock === null) throw new ConfigError([`${file} is in use by another witness`]);
  const { key } = keptSigningKey(resolve(keyFile ?? `${file}.key`), 'keep');
  const state = await CosignerState.open(resolve(file));
  const cosigner = new Cosigner(name, key, log.map(verifierOf), state, report);
  const server = cosignerServer(cosigner, reportFailure);
  // Before anybody is told that it runs.
  const stopped = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  server.listen(Number(port), host);
  await once(server, 'listening');
  const { address, port: bound } = server.address() as AddressInfo;
  process.stdout.write(`${cosigner.verifier.vkey}\nlistening on ${address} port ${bound}\n`);
  await stopped;
  await stopCosignerServer(server);
  lock.release();
}

export const witness = new Command('witness')
  .summary('cosign the checkpoints of logs of others')
  .description(
    'Runs a witness (C2SP tlog-witness) until it is stopped. It prints its public key (vkey), for AUDIT_WITNESSES of the ' +
      'other side. It cosigns only what continues all that it has seen, and prints both notes when a log has forked.',
  )
  .requiredOption('--name <name>', 'name of the witness, such as witness.example/w1')
  .requiredOption('--state <file>', 'the file that keeps what it has seen; never restore an older one')
  .option('--log <vkey>', 'public key of a log; may be given several times', collect, [])
  .option('--key <file>', 'the file with its Ed25519 private key, made when absent (default: STATE.key)')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--port <port>', 'port to listen on', '8090')
  .action(run);
