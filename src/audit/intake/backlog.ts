import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Gauge, Registry } from 'prom-client';
import { Repository } from 'typeorm';
import { ReadinessChecks } from '../../common/lifecycle/readiness-check.js';
import { within } from '../../common/within.js';
import { isPostgres } from '../../database/is-postgres.js';
import { AuditRecord } from '../record/audit-record.entity.js';
import { HeldRecords } from './held-records.js';
import { otherThan } from './intake-queue.js';
import { Sequencer } from './sequencer.js';
import type { Position } from '../log/log-rows.js';

const CATCH_UP_MS = 2000;
/** The wait while another process sequences, in milliseconds. */
const RETRY_MS = 50;
const LAG_LIMIT_MS = 300_000;

/** A record without a place in the log. */
interface Waiting {
  readonly position: Position;
  readonly id: string;
}

/** The records in the intake that have no place in the log yet. Those that cannot get one do not count. */
@Injectable()
export class Backlog {
  constructor(
    @InjectRepository(AuditRecord) private readonly intake: Repository<AuditRecord>,
    private readonly sequencer: Sequencer,
    private readonly held: HeldRecords,
    registry: Registry,
    checks: ReadinessChecks,
  ) {
    const lag: Gauge = new Gauge({
      name: 'audit_lag_seconds',
      help: 'Age of the oldest record that has no place in the log yet.',
      registers: [registry],
      collect: async () => lag.set((await this.lag()) / 1000),
    });
    checks.register('audit_lag', async () => {
      const age = await this.lag();
      if (age > LAG_LIMIT_MS) throw new Error(`the oldest record has waited ${Math.round(age / 1000)} s`);
    });
  }

  /** How long the oldest record has been waiting for its place, in milliseconds. */
  async lag(): Promise<number> {
    const [oldest] = await this.#first<{ recorded_at: string }>('recorded_at', 'ASC');
    return oldest === undefined ? 0 : Math.max(0, Date.now() - Date.parse(oldest.recorded_at));
  }

  /**
   * Resolves when everything that was committed before the call has its place. Any process may have given it.
   * @returns false when this takes longer than 2 s.
   */
  async catchUp(): Promise<boolean> {
    const [newest] = await this.#first<Waiting>('position, id', 'DESC');
    if (newest === undefined) return true;
    return within(CATCH_UP_MS, this.#sequenceUpTo(newest), () => false);
  }

  async #sequenceUpTo(newest: Waiting): Promise<boolean> {
    for (let tries = 0; tries < CATCH_UP_MS / RETRY_MS; tries++) {
      await this.sequencer.run();
      if (!(await this.#isWaiting(newest))) return true;
      await delay(RETRY_MS);
    }
    return false;
  }

  async #isWaiting({ position, id }: Waiting): Promise<boolean> {
    // On PostgreSQL a record that was committed late can have a smaller position than records that are gone
    // already. The embedded database has one process, which empties the intake in one run, and it reuses
    // positions when the intake was empty.
    if (!isPostgres(this.intake.manager))
      return !this.held.ids().includes(id) && this.intake.existsBy({ id });
    const [oldest] = await this.#first<Waiting>('position', 'ASC');
    return oldest !== undefined && BigInt(oldest.position) <= BigInt(position);
  }

  #first<T>(columns: string, order: 'ASC' | 'DESC'): Promise<T[]> {
    const { condition, parameters } = otherThan(this.intake.manager, this.held.ids());
    return this.intake.query<T[]>(
      `SELECT ${columns} FROM audit_intake ${condition} ORDER BY position ${order} LIMIT 1`,
      parameters,
    );
  }
}
