import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Brackets, Repository, type SelectQueryBuilder } from 'typeorm';
import type { Actor } from '../common/actor.js';
import { errors } from '../common/errors.js';
import { UUID } from '../common/ids.js';
import { decodeCursor, type Page, toPage } from '../common/paging.js';
import { byUser } from '../events/domain-event.js';
import { DomainEvents } from '../events/domain-events.js';
import type { AuditQueryInput } from './audit-query.input.js';
import { AuditRecord } from './audit-record.entity.js';

/** Reads the trail: one's own, or as an auditor everybody's. */
@Injectable()
export class AuditTrail {
  constructor(
    @InjectRepository(AuditRecord) private readonly records: Repository<AuditRecord>,
    private readonly events: DomainEvents,
  ) {}

  /**
   * A page of entries, newest first.
   * @throws `forbidden`, itself recorded, when a user who is no auditor asks for another's.
   */
  async list(actor: Actor, query: AuditQueryInput): Promise<Page<AuditRecord>> {
    const subject = await this.#subjectOf(actor, query.user_id?.toLowerCase());
    const select = this.records
      .createQueryBuilder('r')
      .orderBy('r.id', 'DESC')
      .take(query.limit + 1);
    if (subject !== null) select.andWhere('r.subject = :subject', { subject });
    if (query.cursor !== undefined) {
      select.andWhere('r.id < :cursor', { cursor: decodeCursor(query.cursor, UUID) });
    }
    applyFilters(select, query);
    return toPage(await select.getMany(), query.limit, (record) => record.id);
  }

  /** The user whose entries are asked for; null for everybody's. */
  async #subjectOf(actor: Actor, wanted: string | undefined): Promise<string | null> {
    if (actor.roles.includes('auditor')) return wanted ?? null;
    if (wanted === undefined || wanted === actor.userId) return actor.userId;
    await this.events.publish({
      type: 'access.denied',
      actor: byUser(actor.userId),
      userId: actor.userId,
      resource: 'audit',
      reason: 'auditor_role_required',
    });
    throw errors.forbidden();
  }
}

function applyFilters(select: SelectQueryBuilder<AuditRecord>, query: AuditQueryInput): void {
  const { action, outcome, resource, ip, from, to, request_id: requestId } = query;
  if (action !== undefined) {
    select.andWhere(
      new Brackets((either) =>
        action.forEach((pattern, index) =>
          either.orWhere(`r.action LIKE :action${index} ESCAPE '!'`, {
            [`action${index}`]: likePattern(pattern),
          }),
        ),
      ),
    );
  }
  if (outcome !== undefined) select.andWhere('r.outcome = :outcome', { outcome });
  if (resource !== undefined) select.andWhere('r.resource = :resource', { resource });
  if (ip !== undefined) select.andWhere('r.ip = :ip', { ip });
  if (from !== undefined) select.andWhere('r.occurred_at >= :from', { from: new Date(from).toISOString() });
  if (to !== undefined) select.andWhere('r.occurred_at < :to', { to: new Date(to).toISOString() });
  if (requestId !== undefined) select.andWhere('r.request_id = :requestId', { requestId });
}

/** `FILE_*` as a LIKE pattern in which only the star is a wildcard. */
function likePattern(action: string): string {
  return action.replaceAll('_', '!_').replaceAll('*', '%');
}
