import { Injectable, Logger } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { ReadinessChecks } from '../../common/lifecycle/readiness-check.js';

/** A held record is tried again after this time, and one line is logged in it, in milliseconds. */
const HELD_MS = 60_000;

/**
 * The records in the intake that cannot become an entry of the log, as a row that was damaged. They stay in
 * the intake, so that nothing is lost, and the records behind them get their places. An operator sees them in
 * the service's log, in a metric and in `/ready`.
 */
@Injectable()
export class HeldRecords {
  readonly #logger = new Logger(HeldRecords.name);
  /** When each is tried again, by its id. */
  readonly #until = new Map<string, number>();
  #logged = -Infinity;

  constructor(registry: Registry, checks: ReadinessChecks) {
    checks.register('audit_intake', () => {
      const { length } = this.ids();
      return length === 0
        ? undefined
        : `${length} record(s) cannot get a place in the log and stay in the intake`;
    });
    const held: Gauge = new Gauge({
      name: 'audit_records_held',
      help: 'Records in the intake that cannot get a place in the log. Must stay 0.',
      registers: [registry],
      collect: () => held.set(this.ids().length),
    });
  }

  /** The records that are not to be tried now. */
  ids(): string[] {
    const now = performance.now();
    for (const [id, until] of this.#until) if (until <= now) this.#until.delete(id);
    return [...this.#until.keys()];
  }

  /** Leaves a record where it is, for a minute. `reason` is logged, at most once a minute. */
  hold(id: string, reason: Error): void {
    const now = performance.now();
    this.#until.set(id, now + HELD_MS);
    if (now - this.#logged < HELD_MS) return;
    this.#logged = now;
    this.#logger.error(
      { err: reason, record: id, held: this.#until.size },
      'a record of the audit intake cannot get a place in the log; it stays in the intake',
    );
  }
}
