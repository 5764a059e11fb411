import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Counter, Gauge, Registry } from 'prom-client';
import { errors } from '../../common/refusals/errors.js';
import { ReadinessChecks } from '../../common/lifecycle/readiness-check.js';
import { Transactions } from '../../database/transactions.js';
import type { AuditRecord } from '../record/audit-record.entity.js';
import { INTAKE, type IntakeRow } from '../record/intake-row.js';
import { IntakeRows } from '../record/intake-rows.js';
import { Sequencer } from './sequencer.js';

/** The number in the specification. */
const CAPACITY = 1000;
const FULL_WAIT_MS = 2000;
/** Records in one commit. SQLite blocks the process while they are inserted. */
const GROUP = 500;
/**
 * How many turns of the event loop may add records to a group. Under load a turn takes milliseconds and the
 * second one brings as many records again.
 */
const GATHER_TURNS = 4;

interface Pending {
  readonly record: AuditRecord;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Waiter {
  readonly admit: () => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Commits the records of events outside a transaction, in groups. An idle writer commits at once. Records
 * that arrive during a commit form the next group. It holds at most 1000 records. When it is full, publishers
 * wait up to 2 s and are then refused. No record is dropped.
 */
@Injectable()
export class AuditWriter {
  readonly #logger = new Logger(AuditWriter.name);
  readonly #buffer: Pending[] = [];
  readonly #waiters: Waiter[] = [];
  #inCommit = 0;
  #running: Promise<void> | null = null;
  readonly #written: Counter;
  readonly #dropped: Counter;

  constructor(
    private readonly transactions: Transactions,
    private readonly sequencer: Sequencer,
    private readonly rows: IntakeRows,
    registry: Registry,
    checks: ReadinessChecks,
  ) {
    checks.register('audit', () => {
      if (this.full) throw new Error('the audit buffer is full');
    });
    this.#written = new Counter({
      name: 'audit_records_grouped_total',
      help: 'Audit records committed in groups, outside the transaction of an action.',
      registers: [registry],
    });
    this.#dropped = new Counter({
      name: 'audit_records_dropped_total',
      help: 'Audit records given up without a commit and without refusing their action. Must stay 0.',
      registers: [registry],
    });
    const buffered: Gauge = new Gauge({
      name: 'audit_buffer_records',
      help: `Audit records that wait for their commit, of at most ${CAPACITY}.`,
      registers: [registry],
      collect: () => buffered.set(this.depth),
    });
  }

  /** How many records wait for their commit. */
  get depth(): number {
    return this.#buffer.length + this.#inCommit;
  }

  /** True while publishers must wait. */
  get full(): boolean {
    return this.depth >= CAPACITY;
  }

  /**
   * Resolves when the record is committed.
   * @throws `audit_unavailable` when the buffer stays full for 2 s or when the commit fails.
   */
  async write(record: AuditRecord): Promise<void> {
    if (this.full) await this.#room();
    const committed = new Promise<void>((resolve, reject) => this.#buffer.push({ record, resolve, reject }));
    this.#running ??= this.#commitGroups();
    await committed;
  }

  /**
   * Resolves when all records accepted so far are committed or refused. Records that remain then count as
   * dropped.
   */
  async drain(): Promise<void> {
    await this.#running;
    this.#dropped.inc(this.depth);
  }

  async #commitGroups(): Promise<void> {
    while (this.#buffer.length > 0) {
      await this.#commitGroup();
      this.#admitWaiters();
    }
    this.#running = null;
  }

  async #commitGroup(): Promise<void> {
    let group: readonly Pending[] | undefined;
    // As late as possible, so that records which arrive during the wait for a transaction are in the group.
    const take = (): IntakeRow[] => {
      group = this.#take();
      return group.map(({ record }) => this.rows.toRow(record));
    };
    try {
      await this.transactions.insert(INTAKE, () => this.#gather(), take);
      for (const { resolve } of group!) resolve();
      this.#written.inc(this.#inCommit);
      this.sequencer.poke();
    } catch (error) {
      // The transaction was not opened, so its records are still in the buffer.
      group ??= this.#take();
      this.#logger.error(
        { err: error as Error, records: group.length },
        'audit records could not be written',
      );
      for (const { reject } of group) reject(errors.auditUnavailable(error));
    }
    this.#inCommit = 0;
  }

  #take(): readonly Pending[] {
    const group = this.#buffer.splice(0, GROUP);
    this.#inCommit = group.length;
    return group;
  }

  /**
   * SQLite blocks the process during a commit, and no records arrive meanwhile. So the group waits for the
   * next turns of the event loop, until one of them brings no records. An idle writer waits for one turn.
   */
  async #gather(): Promise<void> {
    let before = 0;
    for (let turn = 0; turn < GATHER_TURNS && this.#buffer.length > before; turn++) {
      before = this.#buffer.length;
      await nextTurn();
    }
  }

  #room(): Promise<void> {
    return new Promise((admit, refuse) => {
      const waiter: Waiter = {
        admit,
        timer: setTimeout(() => {
          this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
          refuse(errors.auditUnavailable(new Error(`the buffer was full for ${FULL_WAIT_MS} ms`)));
        }, FULL_WAIT_MS),
      };
      this.#waiters.push(waiter);
    });
  }

  #admitWaiters(): void {
    const admitted = this.#waiters.splice(0, Math.max(0, CAPACITY - this.depth));
    for (const { admit, timer } of admitted) {
      clearTimeout(timer);
      admit();
    }
  }
}
