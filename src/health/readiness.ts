import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { errors } from '../common/refusals/errors.js';
import { Lifecycle } from '../common/lifecycle/lifecycle.js';
import { type Check, ReadinessChecks, type RegisteredCheck } from '../common/lifecycle/readiness-check.js';
import { within } from '../common/within.js';
import { Transactions } from '../database/transactions.js';
import { ObjectStorage } from '../files/storage/object-storage.js';
import type { ReadyCheck } from './health.response.js';

const CHECK_MS = 2000;

/** Runs the check of every part, with a limit of 2 s for each. */
@Injectable()
export class Readiness {
  readonly #logger = new Logger(Readiness.name);
  readonly #checks: readonly RegisteredCheck[];

  constructor(
    lifecycle: Lifecycle,
    @InjectDataSource() private readonly reading: DataSource,
    private readonly transactions: Transactions,
    storage: ObjectStorage,
    private readonly registered: ReadinessChecks,
  ) {
    const checks: Record<string, Check> = {
      process: () => (lifecycle.stopping ? Promise.reject(new Error('stopping')) : undefined),
      database: () => this.#requireDatabase(),
      storage: () => storage.check(),
      migrations: () => this.#requireMigrated(),
    };
    this.#checks = Object.entries(checks).map(([name, check]) => ({ name, check, optional: false }));
  }

  /** @throws `not_ready`, with a line for each part, when a required part fails. */
  async require(): Promise<readonly ReadyCheck[]> {
    const all = [...this.#checks, ...this.registered.entries()];
    const checks = await Promise.all(all.map(({ name, check }) => this.#run(name, check)));
    const needed = checks.filter((_, index) => !all[index]!.optional);
    if (needed.some(({ status }) => status === 'failing')) throw errors.notReady(checks);
    return checks;
  }

  async #requireDatabase(): Promise<void> {
    await this.reading.query('SELECT 1');
    await this.transactions.requireWritable();
  }

  async #requireMigrated(): Promise<void> {
    const applied: { name: string }[] = await this.reading.query('SELECT name FROM migrations');
    const names = new Set(applied.map(({ name }) => name));
    if (
      !this.reading.migrations.every((migration) => names.has(migration.name ?? migration.constructor.name))
    ) {
      throw new Error('migrations are missing');
    }
  }

  async #run(name: string, check: Check): Promise<ReadyCheck> {
    try {
      const detail = await within(CHECK_MS, check());
      return detail === undefined ? { name, status: 'ok' } : { name, status: 'degraded', detail };
    } catch (error) {
      this.#logger.warn({ err: error as Error, check: name }, 'not ready');
      return { name, status: 'failing' };
    }
  }
}
