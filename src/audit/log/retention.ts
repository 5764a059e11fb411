import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, LessThan } from 'typeorm';
import { Housekeeping } from '../../common/lifecycle/housekeeping.js';
import { fromNow } from '../../common/time.js';
import { AppConfig } from '../../config/app-config.js';
import { Transactions } from '../../database/transactions.js';
import { bySystem } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { AuditLogEntry } from './audit-log-entry.entity.js';
import { AuditPrivate } from './audit-private.entity.js';
import { AuditState, STATE_ID } from './audit-state.entity.js';
import { lockLog } from './lock-log.js';

const DAY_MS = 86_400_000;
/** Rows in one transaction. Other work runs between two transactions. */
const STEP = 5000;

/**
 * Removes what is older than the configured days: personal values, and whole entries from the front of the
 * log. The hashes of the tree stay, so every checkpoint and every proof stays valid. Each step is recorded.
 */
@Injectable()
export class Retention {
  constructor(
    private readonly config: AppConfig,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('audit retention', () => this.apply());
  }

  async apply(): Promise<void> {
    const { valueRetentionDays, entryRetentionDays } = this.config.audit;
    const removed =
      (await this.#repeat(valueRetentionDays, (tx, before) => this.#eraseValues(tx, before))) +
      (await this.#repeat(entryRetentionDays, (tx, before) => this.#pruneEntries(tx, before)));
    if (removed > 0) await this.transactions.scrub();
  }

  async #repeat(days: number, step: (tx: EntityManager, before: string) => Promise<number>): Promise<number> {
    if (days === 0) return 0;
    const before = fromNow(-days * DAY_MS);
    let total = 0;
    for (;;) {
      const removed = await this.transactions.run(async (tx) => {
        await lockLog(tx);
        return step(tx, before);
      });
      total += removed;
      if (removed < STEP) return total;
      // SQLite blocks the process, so other work runs between two steps.
      await nextTurn();
    }
  }

  async #eraseValues(tx: EntityManager, before: string): Promise<number> {
    const old = await tx.find(AuditPrivate, {
      select: { seq: true },
      where: { occurredAt: LessThan(before) },
      order: { occurredAt: 'ASC' },
      take: STEP,
    });
    if (old.length === 0) return 0;
    await tx.delete(AuditPrivate, { seq: In(old.map(({ seq }) => seq)) });
    await this.events.publishIn(tx, {
      type: 'audit.values_erased',
      actor: bySystem,
      count: old.length,
      before,
    });
    return old.length;
  }

  /** Removes entries only from the front and without a gap, up to the first entry that is young enough. */
  async #pruneEntries(tx: EntityManager, before: string): Promise<number> {
    const first = await tx.find(AuditLogEntry, {
      select: { seq: true, occurredAt: true },
      order: { seq: 'ASC' },
      take: STEP,
    });
    const young = first.findIndex(({ occurredAt }) => occurredAt >= before);
    const old = young < 0 ? first : first.slice(0, young);
    const last = old.at(-1);
    if (last === undefined) return 0;
    const size = last.seq + 1;
    // Only this makes the trigger on the log allow the deletion.
    await tx.update(AuditState, { id: STATE_ID }, { prunedSize: size });
    await tx.delete(AuditPrivate, { seq: LessThan(size) });
    await tx.delete(AuditLogEntry, { seq: LessThan(size) });
    await this.events.publishIn(tx, {
      type: 'audit.entries_pruned',
      actor: bySystem,
      count: old.length,
      size,
    });
    return old.length;
  }
}
