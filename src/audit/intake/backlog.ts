import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Gauge, Registry } from 'prom-client';
import { Repository } from 'typeorm';
import { ReadinessChecks } from '../../common/lifecycle/readiness-check.js';
import { within } from '../../common/within.js';
import { isPostgres } from '../../database/is-postgres.js';
import { AuditRecord } from '../record/audit-record.entity.js';
import { Sequencer } from './sequencer.js';
import type { Position } from '../log/log-rows.js';

const CATCH_UP_MS = 2000;
/** While another process sequences. */
const RETRY_MS = 50;
const LAG_LIMIT_MS = 300_000;

/** A record that waits for its place. */
interface Waiting {
  readonly position: Position;
  readonly id: string;
}

/** The records in the intake that have no place in the log yet. */
@Injectable()
export class Backlog {
  constructor(
    @InjectRepository(AuditRecord) private readonly intake: Repository<AuditRecord>,
    private readonly sequencer: Sequencer,
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
    const [oldest] = await this.intake.query<{ recorded_at: string }[]>(
      'SELECT recorded_at FROM audit_intake ORDER BY position LIMIT 1',
    );
    return oldest === undefined ? 0 : Math.max(0, Date.now() - Date.parse(oldest.recorded_at));
  }

  /**
   * Resolves when everything committed before the call has its place, whichever process gives it.
   * @returns false when it has not after 2 s.
   */
  async catchUp(): Promise<boolean> {
    const [newest] = await this.intake.query<Waiting[]>(
      'SELECT position, id FROM audit_intake ORDER BY position DESC LIMIT 1',
    );
    if (newest === undefined) return true;
    return within(CATCH_UP_MS, this.#sequenceUpTo(newest), () => false);
  }

  async #sequenceUpTo({ position, id }: Waiting): Promise<boolean> {
    const waiting = this.intake.createQueryBuilder('r').limit(1);
    // What was committed late may have a place before others that are gone already. The embedded database has one process, which
    // empties the intake in one run, and uses a position again when it was empty.
    if (isPostgres(this.intake.manager)) waiting.where('r.position <= :position', { position });
    else waiting.where({ id });
    for (let tries = 0; tries < CATCH_UP_MS / RETRY_MS; tries++) {
      await this.sequencer.run();
      if (!(await waiting.getExists())) return true;
      await delay(RETRY_MS);
    }
    return false;
  }
}
