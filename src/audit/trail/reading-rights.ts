import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import { MoreThanOrEqual, Repository } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { earliestId } from '../../common/ids.js';
import { scan } from '../../database/bounded-scan.js';
import { Denials } from '../../events/denials.js';
import { DomainEvents } from '../../events/domain-events.js';
import type { AuditFilterInput } from './audit-query.input.js';
import { AuditRecord } from '../record/audit-record.entity.js';
import { AuditLogEntry } from '../log/audit-log-entry.entity.js';
import { NOTABLE } from './notable.js';

/** Reading one's own entries is recorded at most once in this time. */
const OWN_READS_MS = 5 * 60_000;

/** Decides who may read which entries, and records the reading. */
@Injectable()
export class ReadingRights {
  /** Users whose reading of their own entries was recorded recently. */
  readonly #recorded = new LRUCache<string, true>({ max: 50_000, ttl: OWN_READS_MS });

  constructor(
    @InjectRepository(AuditRecord) private readonly intake: Repository<AuditRecord>,
    @InjectRepository(AuditLogEntry) private readonly log: Repository<AuditLogEntry>,
    private readonly events: DomainEvents,
    private readonly denials: Denials,
  ) {}

  /**
   * The user whose entries the actor will see. Null for all users.
   * @throws `forbidden`, which is recorded, when a user who is not an auditor asks for another user's
   * entries.
   */
  async subjectOf(actor: Actor, wanted?: string): Promise<string | null> {
    const subject = wanted?.toLowerCase();
    if (actor.roles.includes('auditor')) return subject ?? null;
    if (subject === undefined || subject === actor.userId) return actor.userId;
    return this.denials.refuse(actor, 'audit', errors.forbidden(), 'auditor_role_required');
  }

  /**
   * Records the reading of entries: in the trail of their user, or in the reader's trail when all entries
   * were read.
   */
  async recordRead(actor: Actor, subject: string | null, filter: AuditFilterInput): Promise<void> {
    if (subject === actor.userId && (await this.#hasRecordOf(actor.userId))) return;
    await this.events.publish({
      type: 'audit.read',
      actor,
      userId: subject ?? actor.userId,
      everybody: subject === null,
      filters: filterNames(filter),
    });
    if (subject === actor.userId) this.#recorded.set(actor.userId, true);
  }

  async #hasRecordOf(userId: string): Promise<boolean> {
    if (this.#recorded.has(userId)) return true;
    const since = earliestId(Date.now() - OWN_READS_MS);
    const own = { subject: userId, actorId: userId, action: 'AUDIT_READ' as const };
    if (await this.intake.existsBy({ ...own, id: MoreThanOrEqual(since) })) return true;
    const rows = this.log.createQueryBuilder('e').where('e.subject = :userId', { userId }).andWhere(NOTABLE);
    // A record behind thousands of newer entries is not found, and the reading is then recorded again.
    const found = await scan(
      { rows, key: 'e.id', order: 'DESC', from: since },
      (select) => select.andWhere(own),
      1,
    );
    return found.rows.length > 0;
  }
}

/** The names of the filters in use. Their values could be personal, so they are left out. */
export function filterNames(filter: AuditFilterInput): string[] {
  return (['action', 'outcome', 'resource', 'ip', 'from', 'to', 'request_id', 'user_id'] as const).filter(
    (name) => filter[name] !== undefined,
  );
}
