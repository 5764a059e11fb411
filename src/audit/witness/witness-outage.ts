import { Injectable, Logger } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { ReadinessChecks } from '../../common/lifecycle/readiness-check.js';
import type { WitnessUnavailable, WitnessUnreadable } from './witness-store.js';

/** While the fault lasts, it is logged again after so long: an alarm that counts log lines must not fall silent. */
const AGAIN_MS = 30_000;

/** Why the witness cannot be used. */
export type WitnessFault = WitnessUnavailable | WitnessUnreadable;

/**
 * Tells the operator, while the witness cannot be used, that no newer checkpoint is published: in the
 * service's log, in a metric and in `/ready`. The service stays ready, because everything else works.
 */
@Injectable()
export class WitnessOutage {
  readonly #logger = new Logger(WitnessOutage.name);
  #fault: WitnessFault | null = null;
  #told = 0;

  constructor(registry: Registry, checks: ReadinessChecks) {
    checks.registerOptional('audit_witness', () => {
      if (this.#fault !== null) throw this.#fault;
    });
    const failing: Gauge = new Gauge({
      name: 'audit_witness_failing',
      help: '1 while the witness cannot be reached or read. No newer checkpoint is published then.',
      registers: [registry],
      collect: () => failing.set(this.#fault === null ? 0 : 1),
    });
  }

  /** The newest fault. Null while the witness works. */
  get fault(): WitnessFault | null {
    return this.#fault;
  }

  /** Called at each attempt that fails. */
  begin(fault: WitnessFault): void {
    const now = performance.now();
    if (this.#fault === null || now - this.#told >= AGAIN_MS) {
      this.#told = now;
      this.#logger.error({ err: fault }, 'no newer checkpoint is published; trying again');
    }
    this.#fault = fault;
  }

  end(): void {
    if (this.#fault !== null) this.#logger.log('the witness can be reached again');
    this.#fault = null;
  }
}
