import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type ObjectLiteral, Repository, type SelectQueryBuilder } from 'typeorm';
import { type Scan, scan, unindexed } from '../../database/bounded-scan.js';
import { isPostgres } from '../../database/is-postgres.js';
import { applyFilter, idsOf, isFiltered } from './audit-filter.js';
import type { AuditFilterInput } from './audit-query.input.js';
import { AuditLogEntry } from '../log/audit-log-entry.entity.js';
import { AuditPrivate } from '../log/audit-private.entity.js';
import { meansNotable, NOTABLE } from './notable.js';
import { resourcesMeant } from '../record/resource.js';

/** The client's address of an entry `e`. As a subquery: a join could begin with all entries of an address. */
const IP = '(SELECT p.ip FROM audit_private p WHERE p.seq = e.seq)';
/** Entries of a name that are sorted for each page, rather than walked through. */
const FEW = 500;

/** Whose entries (null: everybody's), and how many. */
interface Section {
  readonly subject: string | null;
  readonly limit: number;
}

/** A value by which an index finds entries. */
interface Name {
  readonly column: 'request_id' | 'resource';
  readonly value: string;
}

/** What the names in a filter lead to: the places of few entries, or one name with many. */
type Lead = { readonly places: readonly number[] } | { readonly name: Name };

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
    const lead = await this.#leadOf(subject, filter);
    if (lead !== null && 'places' in lead)
      return { rows: await this.#newestOf(lead.places, filter, limit, before), scannedTo: null };
    const rows = this.#entriesOf(subject);
    if (lead !== null) rows.andWhere(`e.${lead.name.column} = :name`, { name: lead.name.value });
    else if (meansNotable(filter)) rows.andWhere(NOTABLE);
    return scan(
      { rows, key: 'e.id', order: 'DESC', ...idsOf(filter, before) },
      this.#conditions(filter),
      limit,
    );
  }

  /** Entries in the order of the log, from the place `from` on and before `before`. */
  compose(
    filter: AuditFilterInput,
    { subject, limit, from, before }: Section & { readonly from: number; readonly before: number },
  ): Promise<Scan<AuditLogEntry>> {
    const rows = this.#entriesOf(subject);
    return scan({ rows, key: 'e.seq', order: 'ASC', from, before }, this.#conditions(filter), limit);
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

  /** Where the names in a filter lead; null when there are none, or nowhere that is worth it. */
  async #leadOf(subject: string | null, filter: AuditFilterInput): Promise<Lead | null> {
    const { request_id: requestId, resource, ip } = filter;
    const request: Name[] = requestId === undefined ? [] : [{ column: 'request_id', value: requestId }];
    const resources = resource === undefined ? [] : resourcesMeant(resource);
    return (
      (await this.#follow(request, subject)) ??
      (await this.#follow(
        resources.map((value) => ({ column: 'resource', value })),
        subject,
      )) ??
      // The addresses stand there without their users.
      (ip === undefined || subject !== null ? null : await this.#followAddress(ip))
    );
  }

  async #follow(names: readonly Name[], subject: string | null): Promise<Lead | null> {
    const places: number[] = [];
    const used: Name[] = [];
    for (const name of names) {
      const found = await this.#placesOf(name, subject);
      if (found.length > 0) used.push(name);
      places.push(...found);
    }
    const [first] = used;
    if (names.length > 0 && places.length <= FEW) return { places };
    // Those of one name and one user stand in the order of their ids.
    return first !== undefined && used.length === 1 && subject !== null ? { name: first } : null;
  }

  /** In the order of the index, lest PostgreSQL look for a frequent name in the table itself, from the beginning. */
  #placesOf({ column, value }: Name, subject: string | null): Promise<number[]> {
    const entries = this.#entriesOf(subject)
      .select('e.seq', 'seq')
      .andWhere(`e.${column} = :value`, { value });
    return few(entries.orderBy(`e.${column}`).addOrderBy('e.subject').addOrderBy('e.id'));
  }

  async #followAddress(ip: string): Promise<Lead | null> {
    const secrets = this.secrets.createQueryBuilder('p').select('p.seq', 'seq').where('p.ip = :ip', { ip });
    const places = await few(secrets.orderBy('p.ip').addOrderBy('p.seq'));
    return places.length <= FEW ? { places } : null;
  }
}

/** The places that a query finds, one more than a few at most. */
async function few(query: SelectQueryBuilder<ObjectLiteral>): Promise<number[]> {
  const found = await query.limit(FEW + 1).getRawMany<{ seq: number | string }>();
  return found.map(({ seq }) => Number(seq));
}
