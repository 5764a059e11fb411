import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { isAboutValues } from '../../database/driver-errors.js';
import { isPostgres } from '../../database/is-postgres.js';
import { Transactions } from '../../database/transactions.js';
import { personalValues, sealEntry } from '../log/audit-entry.js';
import { AuditState, STATE_ID } from '../log/audit-state.entity.js';
import { AuditSubject } from '../log/audit-subject.entity.js';
import { emptyIntake, type PlacedEntry, storeBatch } from '../log/log-rows.js';
import { PrivateRows } from '../log/private-rows.js';
import { LogSigner } from '../log/log-signer.js';
import { TreeReader } from '../log/tree-reader.js';
import type { Checkpoint } from '../merkle/checkpoint.js';
import { EMPTY_ROOT } from '../merkle/hashing.js';
import type { TileEdge } from '../merkle/tiles.js';
import type { AuditRecord } from '../record/audit-record.entity.js';
import { IntakeRows } from '../record/intake-rows.js';
import { requireContinuation } from '../witness/continuation.js';
import { LogInconsistent } from '../witness/log-inconsistent.js';
import { Witness } from '../witness/witness.js';
import { chainsOf, oldestRows, type WaitingRow } from './intake-queue.js';
import { UnplaceableRecords } from './unplaceable-records.js';

/**
 * Moves the oldest records from the intake into the log, gives each the next `seq`, and extends and signs the
 * tree, in one transaction. A row lock on `audit_state` lets one process do this at a time.
 */
@Injectable()
export class LogAppender {
  constructor(
    private readonly transactions: Transactions,
    private readonly signer: LogSigner,
    private readonly witness: Witness,
    private readonly intake: IntakeRows,
    private readonly personal: PrivateRows,
  ) {}

  /**
   * @param except ids of records that are left out.
   * @returns how many records got their place, at most `limit`. 0 when another process holds the lock.
   * @throws UnplaceableRecords when one of the records cannot become an entry; LogInconsistent.
   */
  append(limit: number, except: readonly string[]): Promise<number> {
    return this.transactions.run((tx) => this.#append(tx, limit, except), { alone: true });
  }

  async #append(tx: EntityManager, limit: number, except: readonly string[]): Promise<number> {
    // Read before the state: the state must continue it.
    const { published } = this.witness;
    const state = await lockState(tx);
    if (state === null) return 0;
    const rows = await oldestRows(tx, limit, except);
    if (rows.length === 0) return 0;
    const edge = await this.witness.guard(() => verifiedEdge(tx, state, published));
    try {
      await this.#place(tx, rows, edge, except);
    } catch (error) {
      if (!isAboutValues(error)) throw error;
      const ids = rows.map(({ id }) => id);
      throw new UnplaceableRecords(ids, error);
    }
    this.transactions.afterCommit(tx, () => this.witness.poke());
    return rows.length;
  }

  async #place(
    tx: EntityManager,
    rows: readonly WaitingRow[],
    edge: TileEdge,
    except: readonly string[],
  ): Promise<void> {
    const records = rows.map(({ row }) => this.intake.ofRow(row));
    const subjects = await chainsOf(tx, records);
    const sealed = records.map((record) => seal(record, edge, subjects));
    const positions = rows.map(({ position }) => position);
    // The intake is emptied first. The log then grows into the free pages, and SQLite writes them only once.
    await emptyIntake(tx, positions, except);
    await storeBatch(tx, sealed, this.personal, subjects, edge);
    const root = edge.root();
    const checkpoint = this.signer.sign(edge.size, root);
    await tx.update(AuditState, { id: STATE_ID }, { size: edge.size, root, checkpoint });
    // Records that were being written when their owner was erased, and entered the intake after the erasure.
    if (records.some((record) => isErased(record, subjects) && personalValues(record) !== null))
      this.transactions.afterCommit(tx, () => this.transactions.scrub());
  }
}

/**
 * The right edge of the tree. Checks first that it is the tree that was signed, and that it continues the
 * published one.
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

/**
 * Takes the lock that lets this process sequence until its transaction ends. Null when another process has
 * it.
 */
async function lockState(tx: EntityManager): Promise<AuditState | null> {
  const select = tx.createQueryBuilder(AuditState, 's').where({ id: STATE_ID });
  if (isPostgres(tx)) select.setLock('pessimistic_write').setOnLocked('skip_locked');
  return select.getOne();
}

/** Gives a record its place, and extends the tree and the subject's chain by it. */
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
  return { entry: sealed.entry, leaf: sealed.leaf, personal: sealed.personal, seq, record };
}

/** True when the subject or the actor of the record was erased. */
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
