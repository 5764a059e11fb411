import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type ObjectLiteral, Repository, type SelectQueryBuilder } from 'typeorm';
import { MAX_SCANNED, type Scan, scan, unindexed } from '../database/bounded-scan.js';
import { isPostgres } from '../database/is-postgres.js';
import { applyFilter, applyTime, isFiltered } from './audit-filter.js';
import type { AuditFilterInput } from './audit-query.input.js';
import { AuditLogEntry } from './log/audit-log-entry.entity.js';
import { AuditPrivate } from './log/audit-private.entity.js';
import { meansNotable, NOTABLE } from './notable.js';
import { resourcesMeant } from './resource.js';

/** The client's address of an entry `e`. As a subquery: a join could begin with all entries of an address. */
const IP = '(SELECT p.ip FROM audit_private p WHERE p.seq = e.seq)';

/** Entries of which users, from where on, and how many. */
interface Section {
  /** Whose; null for everybody's. */
  readonly subject: string | null;
  readonly limit: number;
}

/**
 * Finds entries of the log by filters, in work that is bounded whatever the filter and however long the log. For a user
 * nothing but their own entries is looked at, so that neither times nor pages tell of others.
 */
@Injectable()
export class LogSearch {
  constructor(
    @InjectRepository(AuditLogEntry) private readonly log: Repository<AuditLogEntry>,
    @InjectRepository(AuditPrivate) private readonly secrets: Repository<AuditPrivate>,
  ) {}

  /** The newest entries with ids below `before`. */
  async newest(
    filter: AuditFilterInput,
    { subject, limit, before }: Section & { readonly before: string | null },
  ): Promise<Scan<AuditLogEntry>> {
    const named = await this.#named(subject, filter);
    if (named !== null) return { rows: await this.#newestOf(named, filter, limit, before), scannedTo: null };
    const rows = this.#entriesOf(subject);
    if (before !== null) rows.andWhere('e.id < :before', { before });
    applyTime(rows, 'e', filter);
    if (meansNotable(filter)) rows.andWhere(NOTABLE);
    return scan({ rows, key: 'e.id', order: 'DESC' }, this.#conditions(filter), limit);
  }

  /** Entries in the order of the log, after the place `after` and before `end`. */
  inOrder(
    filter: AuditFilterInput,
    { subject, limit, after, end }: Section & { readonly after: number; readonly end: number },
  ): Promise<Scan<AuditLogEntry>> {
    const rows = this.#entriesOf(subject).andWhere('e.seq > :after AND e.seq < :end', { after, end });
    return scan({ rows, key: 'e.seq', order: 'ASC' }, this.#conditions(filter), limit);
  }

  #entriesOf(subject: string | null): SelectQueryBuilder<AuditLogEntry> {
    const rows = this.log.createQueryBuilder('e');
    return subject === null ? rows : rows.where('e.subject = :subject', { subject });
  }

  #conditions(filter: AuditFilterInput): ((select: SelectQueryBuilder<AuditLogEntry>) => void) | null {
    return isFiltered(filter) ? (select) => applyFilter(select, 'e', IP, filter) : null;
  }

  /** The newest of some entries; not by the index of all ids, along which they may be far away. */
  #newestOf(
    places: readonly number[],
    filter: AuditFilterInput,
    limit: number,
    before: string | null,
  ): Promise<AuditLogEntry[]> | [] {
    if (places.length === 0) return [];
    const rows = this.log.createQueryBuilder('e').orderBy(unindexed('e.id'), 'DESC').limit(limit);
    if (isPostgres(this.log.manager)) rows.where('e.seq = ANY(:places)', { places });
    else rows.where('e.seq IN (SELECT value FROM json_each(:places))', { places: JSON.stringify(places) });
    if (before !== null) rows.andWhere(`${unindexed('e.id')} < :before`, { before });
    applyFilter(rows, 'e', IP, filter);
    return rows.getMany();
  }

  /** The places of the entries that a name in the filter leads to by an index, when they are few; else null. */
  async #named(subject: string | null, filter: AuditFilterInput): Promise<number[] | null> {
    const { request_id: requestId, resource, ip } = filter;
    return (
      (requestId === undefined
        ? null
        : await this.#few([this.#entriesBy('request_id', requestId, subject)])) ??
      (resource === undefined
        ? null
        : await this.#few(
            resourcesMeant(resource).map((each) => this.#entriesBy('resource', each, subject)),
          )) ??
      // The addresses stand there without their users.
      (ip === undefined || subject !== null ? null : await this.#few([this.#secretsBy(ip)]))
    );
  }

  /** The places that all queries together find; null when they are too many. */
  async #few(queries: readonly SelectQueryBuilder<ObjectLiteral>[]): Promise<number[] | null> {
    const places: number[] = [];
    for (const query of queries) {
      const found = await query.limit(MAX_SCANNED + 1).getRawMany<{ seq: number | string }>();
      for (const { seq } of found) places.push(Number(seq));
      if (places.length > MAX_SCANNED) return null;
    }
    return places;
  }

  /** In the order of the index, lest PostgreSQL look for a frequent name in the table itself, from the beginning. */
  #entriesBy(
    column: 'request_id' | 'resource',
    name: string,
    subject: string | null,
  ): SelectQueryBuilder<ObjectLiteral> {
    return this.#entriesOf(subject)
      .select('e.seq', 'seq')
      .andWhere(`e.${column} = :name`, { name })
      .orderBy(`e.${column}`)
      .addOrderBy('e.subject')
      .addOrderBy('e.id');
  }

  #secretsBy(ip: string): SelectQueryBuilder<ObjectLiteral> {
    const secrets = this.secrets.createQueryBuilder('p').select('p.seq', 'seq').where('p.ip = :ip', { ip });
    return secrets.orderBy('p.ip').addOrderBy('p.seq');
  }
}
