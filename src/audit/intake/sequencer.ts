import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Counter, Registry } from 'prom-client';
import { Repository } from 'typeorm';
import { AuditRecord } from '../record/audit-record.entity.js';
import { LogInconsistent } from '../witness/log-inconsistent.js';
import { HeldRecords } from './held-records.js';
import { hasRecords } from './intake-queue.js';
import { LogAppender } from './log-appender.js';
import { UnplaceableRecords } from './unplaceable-records.js';

const BATCH = 1024;
const EVERY_MS = 250;
/**
 * The sequencer waits this long for more records, in milliseconds. Under load, one batch and one commit then
 * take many records.
 */
const GATHER_MS = 200;
/**
 * The wait when there are many records. Each page of the log's indexes is then written once for more of them.
 */
const BUSY_GATHER_MS = 500;
const BUSY_AT = 64;

/**
 * Moves committed records from the intake into the log, in batches, soon after they were committed. Every
 * process has a sequencer. One of them works at a time.
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
    private readonly appender: LogAppender,
    private readonly held: HeldRecords,
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

  /** Signals that there may be new records. Returns at once. */
  poke(): void {
    const wait = this.#busy ? BUSY_GATHER_MS : GATHER_MS;
    this.#poked ??= setTimeout(() => {
      this.#poked = undefined;
      void this.run();
    }, wait).unref();
  }

  /**
   * Resolves when everything that was committed before the call has its place, unless another process is
   * sequencing. Failures are logged, and the sequencer tries again later.
   */
  run(): Promise<void> {
    // A running run may have read the intake already, so the caller waits for the next run.
    this.#next ??= this.#running.then(() => {
      this.#next = null;
      this.#running = this.#empty();
      return this.#running;
    });
    return this.#next;
  }

  async #empty(): Promise<void> {
    let limit = BATCH;
    try {
      while (limit > 0 && (await hasRecords(this.intake.manager, this.held.ids()))) {
        limit = await this.#append(limit);
        // SQLite blocks the process, so other work runs between two batches.
        if (limit > 0) await nextTurn();
      }
    } catch (error) {
      if (error instanceof LogInconsistent) return;
      this.#logger.warn({ err: error as Error }, 'the audit log could not be extended; trying again');
    }
  }

  /**
   * Appends one batch. A batch that contains a record which cannot become an entry is halved until that record
   * is alone. It is then held, and the others get their places in order.
   * @returns the size of the next batch. 0 when nothing more is to be done now.
   */
  async #append(limit: number): Promise<number> {
    try {
      const moved = await this.appender.append(limit, this.held.ids());
      this.#sequenced.inc(moved);
      this.#busy = moved >= BUSY_AT;
      return moved < limit ? 0 : limit;
    } catch (error) {
      if (!(error instanceof UnplaceableRecords)) throw error;
      const { length } = error.ids;
      if (length > 1) return Math.ceil(length / 2);
      this.held.hold(error.ids[0]!, error);
      return BATCH;
    }
  }
}
