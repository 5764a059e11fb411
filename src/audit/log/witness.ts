import { mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { ReadinessChecks } from '../../common/readiness-check.js';
import { AppConfig } from '../../config/app-config.js';
import { type Checkpoint, readCheckpoint } from '../merkle/checkpoint.js';
import { isConsistent } from '../merkle/proofs.js';
import { consistencySubtrees } from '../merkle/tree-geometry.js';
import { LogInconsistent } from './log-inconsistent.js';
import type { TreeReader } from './tree-reader.js';

const WRITE_EVERY_MS = 1000;

/**
 * Remembers, outside the database, the last checkpoint that this instance has verified, and refuses any tree that
 * is not its continuation: a log that was cut, rewritten, or put back from an older copy. What it has noticed it does
 * not forget: an operator has to look, and to remove the file when the older state is to be accepted.
 */
@Injectable()
export class Witness implements OnModuleDestroy {
  readonly #logger = new Logger(Witness.name);
  readonly #file: string;
  #seen: Checkpoint | null;
  #unwritten: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #fault: LogInconsistent | null = null;

  constructor(config: AppConfig, registry: Registry, checks: ReadinessChecks) {
    this.#file = witnessFile(config);
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    this.#seen = readWitness(this.#file);
    checks.register('audit_log', () => {
      if (this.#fault !== null) throw this.#fault;
    });
    const inconsistent: Gauge = new Gauge({
      name: 'audit_log_inconsistent',
      help: '1 when the audit log contradicts what this instance has verified before. Must stay 0.',
      registers: [registry],
      collect: () => inconsistent.set(this.#fault === null ? 0 : 1),
    });
  }

  /** The last verified checkpoint; null before the first. */
  get seen(): Checkpoint | null {
    return this.#seen;
  }

  /** @throws LogInconsistent unless the tree of `size` leaves with this root continues what was verified before. */
  async require(size: number, root: Buffer, reader: TreeReader): Promise<void> {
    if (this.#fault !== null) throw this.#fault;
    const seen = this.#seen;
    if (seen === null || (size === seen.size && root.equals(seen.root))) return;
    try {
      await requireContinuation(seen, size, root, reader);
    } catch (error) {
      if (error instanceof LogInconsistent) this.report(error);
      throw error;
    }
  }

  /** Takes note of a verified checkpoint; it is in the file within a second. */
  advance(note: string): void {
    const checkpoint = readCheckpoint(note);
    if (checkpoint === null || (this.#seen !== null && checkpoint.size <= this.#seen.size)) return;
    this.#seen = checkpoint;
    this.#unwritten = note;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#write();
    }, WRITE_EVERY_MS).unref();
  }

  /** Says that the log contradicts itself or what was verified: in the log, in a metric and in `/ready`. */
  report(fault: LogInconsistent): void {
    this.#fault ??= fault;
    this.#logger.fatal({ err: fault, witness: this.#file }, 'the audit log is inconsistent');
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
    await this.#write();
  }

  async #write(): Promise<void> {
    const note = this.#unwritten;
    if (note === null) return;
    this.#unwritten = null;
    try {
      await writeFile(`${this.#file}.new`, note, { mode: 0o600, flush: true });
      await rename(`${this.#file}.new`, this.#file);
    } catch (error) {
      this.#logger.error({ err: error as Error }, 'the last verified checkpoint could not be kept');
    }
  }
}

/** Where an instance keeps its last verified checkpoint: one file for each host and port. */
export function witnessFile(config: AppConfig): string {
  return join(config.storage.path, 'witness', `${config.instance}.checkpoint`);
}

/** The checkpoint in a witness's file; null when there is no file. @throws when there is one that says nothing. */
export function readWitness(file: string): Checkpoint | null {
  let note: string;
  try {
    note = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  // The signature was checked before it was kept, perhaps with a key that has been replaced since.
  const checkpoint = readCheckpoint(note);
  if (checkpoint === null) throw new Error(`${file} holds no checkpoint`);
  return checkpoint;
}

/** @throws LogInconsistent unless the tree of `size` leaves begins with the tree that `seen` commits to. */
export async function requireContinuation(
  seen: Checkpoint,
  size: number,
  root: Buffer,
  reader: TreeReader,
): Promise<void> {
  if (size < seen.size) {
    throw new LogInconsistent(`the log has ${size} entries, but ${seen.size} were verified before`);
  }
  let proof: Buffer[];
  try {
    proof = await reader.hashes(consistencySubtrees(seen.size, size));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new LogInconsistent(`the tree is incomplete: ${error.message}`);
  }
  if (!isConsistent(seen.size, size, seen.root, root, proof)) {
    throw new LogInconsistent(
      `the log of ${size} entries does not continue the ${seen.size} that were verified before`,
    );
  }
}
