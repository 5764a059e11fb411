import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { AuditRecord } from '../record/audit-record.entity.js';
import { AuditLogEntry } from './audit-log-entry.entity.js';
import { AuditPrivate } from './audit-private.entity.js';
import { AuditSubject } from './audit-subject.entity.js';
import { lockLog } from './lock-log.js';

/** Forgets people: their values and salts go, every entry, hash and proof stays. */
@Injectable()
export class Erasure {
  constructor(private readonly transactions: Transactions) {}

  /**
   * Removes the personal values of every entry in which the person is the subject or the actor, inside the caller's
   * transaction, and takes in no more of them. What SQLite keeps of them in its files is gone when `run` returns.
   */
  async forget(tx: EntityManager, userId: string): Promise<void> {
    await lockLog(tx);
    await tx.upsert(
      AuditSubject,
      { subject: userId, entries: await entriesOf(tx, userId), erasedAt: now() },
      ['subject'],
    );
    const nothing = { ip: null, userAgent: null, personal: null };
    await tx.update(AuditRecord, { subject: userId }, nothing);
    await tx.update(AuditRecord, { actorId: userId }, nothing);
    await eraseWhere(tx, 'e.subject = :userId', userId);
    // Word for word the condition of the index on it.
    await eraseWhere(tx, 'e.actor_id = :userId AND (e.subject IS NULL OR e.subject <> e.actor_id)', userId);
    this.transactions.afterCommit(tx, () => this.transactions.scrub());
  }
}

async function eraseWhere(tx: EntityManager, condition: string, userId: string): Promise<void> {
  const entries = tx.createQueryBuilder(AuditLogEntry, 'e').select('e.seq').where(condition);
  await tx
    .createQueryBuilder()
    .delete()
    .from(AuditPrivate)
    .where(`seq IN (${entries.getQuery()})`, { userId })
    .execute();
}

async function entriesOf(tx: EntityManager, subject: string): Promise<number> {
  return (await tx.findOneBy(AuditSubject, { subject }))?.entries ?? 0;
}
