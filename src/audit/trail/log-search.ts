import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type ObjectLiteral, Repository, type SelectQueryBuilder } from 'typeorm';
import { type Scan, scan, unindexed } from '../../database/bounded-scan.js';
import { isPostgres } from '../../database/is-postgres.js';
import { MasterKeys } from '../../encryption/master-keys.js';
import { storedForms } from '../../encryption/stored-forms.js';
import { type AddressColumn, applyFilter, idsOf, isFiltered } from './audit-filter.js';
import type { AuditFilterInput } from './audit-query.input.js';
import { AuditLogEntry } from '../log/audit-log-entry.entity.js';
import { AuditPrivate } from '../log/audit-private.entity.js';
import { selectsNotable, NOTABLE } from './notable.js';
import { matchingResources } from '../record/resource.js';

/**
 * The client's address of an entry `e`. It is a subquery, because a join could start with all entries of an
 * address.
 */
const IP = '(SELECT p.ip FROM audit_private p WHERE p.seq = e.seq)';
/** Up to this many entries of a name are fetched and sorted for each page. More are read along an index. */
const MAX_SORTED = 500;

/** The user whose entries are searched (null for all), and how many are returned. */
interface Section {
  readonly subject: string | null;
  readonly limit: number;
}

/** A value with which an index finds entries. */
interface Name {
  readonly column: 'request_id' | 'resource';
  readonly value: string;
}

/** How a search starts: with the places of a few entries, or with one name that has many entries. */
type Lead = { readonly places: readonly number[] } | { readonly name: Name };

/**
 * Finds entries of the log by filters. The work is bounded for every filter and every size of the log. For a
 * user it reads only that user's entries, so that neither response times nor pages reveal anything about
 * others.
 */
@Injectable()
export class LogSearch {
  constructor(
    @InjectRepository(AuditLogEntry) private readonly log: Repository<AuditLogEntry>,
    @InjectRepository(AuditPrivate) private readonly personal: Repository<AuditPrivate>,
    @Inject(MasterKeys) private readonly keys: MasterKeys | null,
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
    else if (selectsNotable(filter)) rows.andWhere(NOTABLE);
    return scan(
      { rows, key: 'e.id', order: 'DESC', ...idsOf(filter, before) },
      this.#conditions(filter),
      limit,
    );
  }

  /** Entries in the order of the log, from place `from` to place `before`, without the latter. */
  inLogOrder(
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
    return isFiltered(filter) ? (select) => applyFilter(select, 'e', this.#address(filter), filter) : null;
  }

  #address({ ip }: AuditFilterInput): AddressColumn {
    return { of: IP, forms: ip === undefined ? [] : storedForms(ip, this.keys) };
  }

  /** The newest of these entries. It does not use the index of ids, where they may be far apart. */
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
    applyFilter(rows, 'e', this.#address(filter), filter);
    return rows.getMany();
  }

  /**
   * The start of a search by the names in a filter. Null when there are none, or when they do not narrow the
   * search.
   */
  async #leadOf(subject: string | null, filter: AuditFilterInput): Promise<Lead | null> {
    const { request_id: requestId, resource, ip } = filter;
    const request: Name[] = requestId === undefined ? [] : [{ column: 'request_id', value: requestId }];
    const resources = resource === undefined ? [] : matchingResources(resource);
    return (
      (await this.#follow(request, subject)) ??
      (await this.#follow(
        resources.map((value) => ({ column: 'resource', value })),
        subject,
      )) ??
      // The index of addresses has no users.
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
    if (names.length > 0 && places.length <= MAX_SORTED) return { places };
    // The entries of one name and one user are stored in the order of their ids.
    return first !== undefined && used.length === 1 && subject !== null ? { name: first } : null;
  }

  /**
   * Sorted in the order of the index. Without this, PostgreSQL may scan the table from its beginning for a
   * frequent name.
   */
  #placesOf({ column, value }: Name, subject: string | null): Promise<number[]> {
    const entries = this.#entriesOf(subject)
      .select('e.seq', 'seq')
      .andWhere(`e.${column} = :value`, { value });
    return firstPlaces(entries.orderBy(`e.${column}`).addOrderBy('e.subject').addOrderBy('e.id'));
  }

  async #followAddress(ip: string): Promise<Lead | null> {
    const places: number[] = [];
    for (const form of storedForms(ip, this.keys)) {
      const byAddress = this.personal
        .createQueryBuilder('p')
        .select('p.seq', 'seq')
        .where('p.ip = :form', { form });
      places.push(...(await firstPlaces(byAddress.orderBy('p.ip').addOrderBy('p.seq'))));
    }
    return places.length <= MAX_SORTED ? { places } : null;
  }
}

/** The places that a query finds. It stops at one more than `MAX_SORTED`. */
async function firstPlaces(query: SelectQueryBuilder<ObjectLiteral>): Promise<number[]> {
  const found = await query.limit(MAX_SORTED + 1).getRawMany<{ seq: number | string }>();
  return found.map(({ seq }) => Number(seq));
}
