import { Injectable, Logger } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { ReadinessChecks } from '../../common/lifecycle/readiness-check.js';
import { LogInconsistent } from './log-inconsistent.js';

/**
 * Raises the alarm when the log contradicts itself or a verified checkpoint: in the service's log, in a
 * metric and in `/ready`. It stays raised until the process ends. Until then nothing more is signed or
 * proved, so that an operator can look first.
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
   * Runs work that relies on the log, unless the alarm is raised. Raises it when the work finds a
   * contradiction. A stored tree that is too small (`RangeError`) is a contradiction.
   * @throws LogInconsistent, and whatever `work` throws.
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
