import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository } from 'typeorm';
import type { Actor } from '../common/actor.js';
import { UUID } from '../common/ids.js';
import { decodeCursor, type Page, toPage } from '../common/paging.js';
import { applyFilter } from './audit-filter.js';
import type { AuditQueryInput } from './audit-query.input.js';
import { AuditRecord } from './audit-record.entity.js';
import { AuditLogEntry } from './log/audit-log-entry.entity.js';
import { AuditPrivate } from './log/audit-private.entity.js';
import { ReadingRights } from './reading-rights.js';
import { ofLogEntry, ofRecord, type TrailEntry } from './trail-entry.js';

/** Reads the trail: one's own, or as an auditor everybody's. */
@Injectable()
export class AuditTrail {
  constructor(
    @InjectRepository(AuditRecord) private readonly intake: Repository<AuditRecord>,
    @InjectRepository(AuditLogEntry) private readonly log: Repository<AuditLogEntry>,
    @InjectRepository(AuditPrivate) private readonly secrets: Repository<AuditPrivate>,
    private readonly rights: ReadingRights,
  ) {}

  /**
   * A page of entries, newest first. Reading is itself recorded, before anything is shown.
   * @throws `forbidden`, recorded, when a user who is no auditor asks for another's.
   */
  async list(actor: Actor, query: AuditQueryInput): Promise<Page<TrailEntry>> {
    const subject = await this.rights.subjectOf(actor, query.user_id);
    const before = query.cursor === undefined ? null : decodeCursor(query.cursor, UUID);
    // The intake first: a record that is moved between the two queries is then seen twice, not missed.
    const recent = await this.#fromIntake(subject, before, query);
    const logged = await this.#fromLog(subject, before, query);
    const placed = new Set(logged.map(({ id }) => id));
    const entries = [...recent.filter(({ id }) => !placed.has(id)), ...logged].sort((a, b) =>
      a.id < b.id ? 1 : -1,
    );
    await this.rights.recordRead(actor, subject, query);
    return toPage(entries.slice(0, query.limit + 1), query.limit, (entry) => entry.id);
  }

  async #fromIntake(
    subject: string | null,
    before: string | null,
    query: AuditQueryInput,
  ): Promise<TrailEntry[]> {
    const select = this.intake
      .createQueryBuilder('r')
      .orderBy('r.id', 'DESC')
      .limit(query.limit + 1);
    if (subject !== null) select.andWhere('r.subject = :subject', { subject });
    if (before !== null) select.andWhere('r.id < :before', { before });
    applyFilter(select, 'r', 'r.ip', query);
    return (await select.getMany()).map(ofRecord);
  }

  async #fromLog(
    subject: string | null,
    before: string | null,
    query: AuditQueryInput,
  ): Promise<TrailEntry[]> {
    const select = this.log
      .createQueryBuilder('e')
      .orderBy('e.id', 'DESC')
      .limit(query.limit + 1);
    if (query.ip !== undefined) select.innerJoin(AuditPrivate, 'p', 'p.seq = e.seq');
    if (subject !== null) select.andWhere('e.subject = :subject', { subject });
    if (before !== null) select.andWhere('e.id < :before', { before });
    applyFilter(select, 'e', 'p.ip', query);
    const logged = await select.getMany();
    const secrets = await this.secrets.findBy({ seq: In(logged.map(({ seq }) => seq)) });
    const bySeq = new Map(secrets.map((secret) => [secret.seq, secret]));
    return logged.map((entry) => ofLogEntry(entry, bySeq.get(entry.seq)));
  }
}
