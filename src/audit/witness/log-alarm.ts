import { Injectable, Logger } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { ReadinessChecks } from '../../common/lifecycle/readiness-check.js';
import { LogInconsistent } from './log-inconsistent.js';

/**
 * Says that the log contradicts itself or what was verified before: in the log, in a metric and in `/ready`. It does not
 * forget while the process lives: nothing more is signed or proved until an operator has looked.
 */
@Injectable()
export class LogAlarm {
  readonly #logger = new Logger(LogAlarm.name);
  #fault: LogInconsistent | null = null;

  constructor(registry: Registry, checks: ReadinessChecks) {
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

  /**
   * Does work that relies on the log, unless the alarm was raised before, and raises it when the work finds a contradiction.
   * A stored tree that does not reach as far as it should (`RangeError`) is one.
   * @throws LogInconsistent, and what `work` throws.
   */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.#fault !== null) throw this.#fault;
    try {
      return await work();
    } catch (error) {
      const fault = error instanceof RangeError ? new LogInconsistent(incomplete(error)) : error;
      if (fault instanceof LogInconsistent) this.#raise(fault);
      throw fault;
    }
  }

  #raise(fault: LogInconsistent): void {
    this.#fault ??= fault;
    this.#logger.fatal({ err: fault }, 'the audit log is inconsistent');
  }
}

function incomplete({ message }: RangeError): string {
  return `the tree is incomplete: ${message}`;
}
