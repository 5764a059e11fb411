import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Counter, Registry } from 'prom-client';
import { type EntityManager, Repository } from 'typeorm';
import { isPostgres } from '../../database/is-postgres.js';
import { Transactions } from '../../database/transactions.js';
import { AuditRecord } from '../record/audit-record.entity.js';
import type { Checkpoint } from '../merkle/checkpoint.js';
import { EMPTY_ROOT } from '../merkle/hashing.js';
import type { TileEdge } from '../merkle/tiles.js';
import { personalValues, sealEntry } from '../log/audit-entry.js';
import { AuditState, STATE_ID } from '../log/audit-state.entity.js';
import { AuditSubject } from '../log/audit-subject.entity.js';
import { requireContinuation } from '../witness/continuation.js';
import { chainsOf, oldestRecords } from './intake-queue.js';
import { LogInconsistent } from '../witness/log-inconsistent.js';
import { LogSigner } from '../log/log-signer.js';
import { emptyIntake, type PlacedEntry, storeBatch } from '../log/log-rows.js';
import { TreeReader } from '../log/tree-reader.js';
import { Witness } from '../witness/witness.js';

const BATCH = 1024;
const EVERY_MS = 250;
/** A poke waits so long for others: under load a batch then holds many records and costs one commit. */
const GATHER_MS = 200;
/** And so long when there are many: a page of the log's indexes is then written once for more of them. */
const BUSY_GATHER_MS = 500;
const BUSY_AT = 64;

/**
 * Moves committed records from the intake into the log, gives each the next `seq`, and extends and signs the tree,
 * all in one transaction. Every process runs one; the row lock on `audit_state` lets one at a time do it.
 */
@Injectable()
export class Sequencer implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(Sequencer.name);
  readonly #sequenced: Counter;
  #interval: NodeJS.Timeout | undefined;
  #poked: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #busy = false;

  constructor(
    @InjectRepository(AuditRecord) private readonly intake: Repository<AuditRecord>,
    private readonly transactions: Transactions,
    private readonly signer: LogSigner,
    private readonly witness: Witness,
    registry: Registry,
  ) {
    this.#sequenced = new Counter({
      name: 'audit_entries_sequenced_total',
      help: 'Entries that this process has put into the audit log.',
      registers: [registry],
    });
  }

  onApplicationBootstrap(): void {
    this.#interval = setInterval(() => this.poke(), EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#interval);
    clearTimeout(this.#poked);
    await (this.#next ?? this.#running);
  }

  /** Says that there may be something to do. Returns at once. */
  poke(): void {
    const wait = this.#busy ? BUSY_GATHER_MS : GATHER_MS;
    this.#poked ??= setTimeout(() => {
      this.#poked = undefined;
      void this.run();
    }, wait).unref();
  }

  /**
   * Resolves when everything committed before the call has its place, unless another process is at it. What goes wrong is
   * reported, and tried again later.
   */
  run(): Promise<void> {
    // A run that has begun may already have read the intake, so the caller waits for the next one.
    this.#next ??= this.#running.then(() => {
      this.#next = null;
      this.#running = this.#empty();
      return this.#running;
    });
    return this.#next;
  }

  async #empty(): Promise<void> {
    try {
      while (await this.intake.exists()) {
        const moved = await this.transactions.run((tx) => this.#sequence(tx), { alone: true });
        this.#busy = moved >= BUSY_AT;
        if (moved < BATCH) return;
        // SQLite works without letting go of the process: others get their turn.
        await nextTurn();
      }
    } catch (error) {
      if (error instanceof LogInconsistent) return;
      this.#logger.warn({ err: error as Error }, 'the audit log could not be extended; trying again');
    }
  }

  /** @returns how many records got their place; 0 when another process holds the lock. */
  async #sequence(tx: EntityManager): Promise<number> {
    // Before the state is read, which has to continue it.
    const { published } = this.witness;
    const state = await lockState(tx);
    if (state === null) return 0;
    const { records, positions } = await oldestRecords(tx, BATCH);
    if (records.length === 0) return 0;
    const edge = await this.witness.guard(() => verifiedEdge(tx, state, published));
    const subjects = await chainsOf(tx, records);
    const sealed = records.map((record) => seal(record, edge, subjects));
    // First, for the log then grows into the pages that the intake leaves, and SQLite writes these once.
    await emptyIntake(tx, positions);
    await storeBatch(tx, sealed, subjects, edge);
    const root = edge.root();
    const checkpoint = this.signer.sign(edge.size, root);
    await tx.update(AuditState, { id: STATE_ID }, { size: edge.size, root, checkpoint });
    this.transactions.afterCommit(tx, () => {
      this.#sequenced.inc(records.length);
      this.witness.poke();
    });
    // What was still on its way when its owner was forgotten: the intake had it after the erasure.
    if (records.some((record) => isErased(record, subjects) && personalValues(record) !== null))
      this.transactions.afterCommit(tx, () => this.transactions.scrub());
    return records.length;
  }
}

/**
 * The right edge of the tree, once it is known to be the tree that was signed, and to continue the one that was published.
 * @throws LogInconsistent, RangeError.
 */
async function verifiedEdge(
  tx: EntityManager,
  state: AuditState,
  published: Checkpoint | null,
): Promise<TileEdge> {
  const reader = new TreeReader(tx);
  const root = state.root ?? EMPTY_ROOT;
  if (published !== null) await requireContinuation(published, state.size, root, reader);
  const edge = await reader.edge(state.size);
  if (!edge.root().equals(root)) {
    throw new LogInconsistent(`the stored tree of ${state.size} leaves has another root`);
  }
  return edge;
}

/** Takes the lock that makes this process the sequencer until its transaction ends; null when another has it. */
async function lockState(tx: EntityManager): Promise<AuditState | null> {
  const select = tx.createQueryBuilder(AuditState, 's').where({ id: STATE_ID });
  if (isPostgres(tx)) select.setLock('pessimistic_write').setOnLocked('skip_locked');
  return select.getOne();
}

/** Gives a record its place, and moves the tree and the subject's chain on by it. */
function seal(record: AuditRecord, edge: TileEdge, subjects: Map<string, AuditSubject>): PlacedEntry {
  const seq = edge.size;
  const chain = record.subject === null ? null : chainOf(record.subject, subjects);
  const sealed = sealEntry(isErased(record, subjects) ? withoutPersonalValues(record) : record, {
    seq,
    subjectSeq: chain?.entries ?? null,
    subjectPrev: chain?.lastLeaf ?? null,
  });
  edge.append(sealed.leaf);
  if (chain !== null) {
    chain.entries++;
    chain.lastLeaf = sealed.leaf;
  }
  return { entry: sealed.entry, leaf: sealed.leaf, secret: sealed.secret, seq, record };
}

/** Whether it is about or by somebody who was forgotten. */
function isErased(record: AuditRecord, subjects: ReadonlyMap<string, AuditSubject>): boolean {
  return [record.subject, record.actorId].some((id) => id !== null && subjects.get(id)?.erasedAt != null);
}

function withoutPersonalValues(record: AuditRecord): AuditRecord {
  return { ...record, ip: null, userAgent: null, personal: null };
}

function chainOf(subject: string, subjects: Map<string, AuditSubject>): AuditSubject {
  const known = subjects.get(subject);
  if (known !== undefined) return known;
  const fresh: AuditSubject = { subject, entries: 0, lastLeaf: null, erasedAt: null };
  subjects.set(subject, fresh);
  return fresh;
}
