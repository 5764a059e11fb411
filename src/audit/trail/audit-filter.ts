import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { earliestId } from '../../common/ids.js';
import { NONE, unindexed } from '../../database/bounded-scan.js';
import type { AuditFilterInput } from './audit-query.input.js';
import { selectedActions } from './notable.js';
import { matchingResources } from '../record/resource.js';

/** How much the time in an id can differ from the time of its record, in milliseconds. */
const ID_SLACK_MS = 60_000;

/** True when there is any filter other than the user. */
export function isFiltered(filter: AuditFilterInput): boolean {
  const names = ['action', 'outcome', 'resource', 'ip', 'from', 'to', 'request_id'] as const;
  return names.some((name) => filter[name] !== undefined);
}

/** Where the client's address of an entry stands. */
export interface AddressColumn {
  /** An SQL expression. */
  readonly of: string;
  /** The texts that stand there for the address of the filter (`storedForms`). */
  readonly forms: readonly string[];
}

/**
 * Adds the filters to a query on the intake or the log, in expressions that no index serves. `alias` is the
 * table with the entry's columns.
 */
export function applyFilter<T extends ObjectLiteral>(
  select: SelectQueryBuilder<T>,
  alias: string,
  ip: AddressColumn,
  filter: AuditFilterInput,
): void {
  const text = (column: string) => unindexed(`${alias}.${column}`);
  if (filter.action !== undefined) {
    const actions = selectedActions(filter.action);
    select.andWhere(actions.length === 0 ? NONE : `${text('action')} IN (:...actions)`, { actions });
  }
  if (filter.outcome !== undefined)
    select.andWhere(`${text('outcome')} = :outcome`, { outcome: filter.outcome });
  if (filter.resource !== undefined)
    select.andWhere(`${text('resource')} IN (:...resources)`, {
      resources: matchingResources(filter.resource),
    });
  if (filter.request_id !== undefined)
    select.andWhere(`${text('request_id')} = :requestId`, { requestId: filter.request_id });
  if (filter.ip !== undefined) select.andWhere(`${ip.of} IN (:...ips)`, { ips: ip.forms });
  if (filter.from !== undefined)
    select.andWhere(`${text('occurred_at')} >= :from`, { from: new Date(filter.from).toISOString() });
  if (filter.to !== undefined)
    select.andWhere(`${text('occurred_at')} < :to`, { to: new Date(filter.to).toISOString() });
}

/** A range of ids for the filter's time range, below `before`: ids sort by time. */
export function idsOf(
  filter: AuditFilterInput,
  before: string | null,
): { readonly from: string | null; readonly before: string | null } {
  const idAt = (time: string, slack: number) => earliestId(Date.parse(time) + slack);
  const end = filter.to === undefined ? null : idAt(filter.to, ID_SLACK_MS);
  return {
    from: filter.from === undefined ? null : idAt(filter.from, -ID_SLACK_MS),
    before: end !== null && (before === null || end < before) ? end : before,
  };
}
