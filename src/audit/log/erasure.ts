import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, Repository } from 'typeorm';
import { now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { Departures } from '../../users/departures.js';
import { AuditRecord } from '../record/audit-record.entity.js';
import { AuditLogEntry } from './audit-log-entry.entity.js';
import { AuditPrivate } from './audit-private.entity.js';
import { AuditSubject } from './audit-subject.entity.js';
import { lockLog } from './lock-log.js';

/** Entries of one transaction. Other work runs between two. */
const STEP = 500;

/** Erases the personal values of users, with their salts. Entries, hashes and proofs stay. */
@Injectable()
export class Erasure {
  constructor(
    @InjectRepository(AuditLogEntry) private readonly entries: Repository<AuditLogEntry>,
    private readonly transactions: Transactions,
    departures: Departures,
  ) {
    departures.register((userId) => this.complete(userId));
  }

  /**
   * Stores no more personal values of this user from the caller's transaction on, and removes those on their way
   * into the log.
   */
  async begin(tx: EntityManager, userId: string): Promise<void> {
    await lockLog(tx);
    await tx.upsert(
      AuditSubject,
      { subject: userId, entries: await entriesOf(tx, userId), erasedAt: now() },
      ['subject'],
    );
    const nothing = { ip: null, userAgent: null, personal: null };
    await tx.update(AuditRecord, { subject: userId }, nothing);
    await tx.update(AuditRecord, { actorId: userId }, nothing);
  }

  /**
   * Removes the personal values of every entry in the log whose subject or actor is this user. Yields the
   * number of entries after each transaction. Call it after `begin` has committed.
   */
  async *complete(userId: string): AsyncGenerator<number> {
    yield* this.#eraseWhere('e.subject = :userId', userId);
    // Exactly the condition of the index for it.
    yield* this.#eraseWhere(
      'e.actor_id = :userId AND (e.subject IS NULL OR e.subject <> e.actor_id)',
      userId,
    );
  }

  async *#eraseWhere(condition: string, userId: string): AsyncGenerator<number> {
    for (let after = -1, size = STEP; size === STEP;) {
      const seqs = await this.#next(condition, userId, after);
      await this.transactions.run(async (tx) => {
        await tx.delete(AuditPrivate, { seq: In(seqs) });
      });
      after = seqs.at(-1) ?? after;
      size = seqs.length;
      yield size;
    }
  }

  async #next(condition: string, userId: string, after: number): Promise<number[]> {
    const entries = await this.entries
      .createQueryBuilder('e')
      .select('e.seq', 'seq')
      .where(condition, { userId })
      .andWhere('e.seq > :after', { after })
      .orderBy('e.seq')
      .limit(STEP)
      .getRawMany<{ seq: number | string }>();
    return entries.map(({ seq }) => Number(seq));
  }
}

async function entriesOf(tx: EntityManager, subject: string): Promise<number> {
  return (await tx.findOneBy(AuditSubject, { subject }))?.entries ?? 0;
}
