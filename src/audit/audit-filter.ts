import { Brackets, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import { earliestId } from '../common/ids.js';
import type { AuditFilterInput } from './audit-query.input.js';

/** Ids are made a moment before or after the time of their record. */
const ID_SLACK_MS = 60_000;

/**
 * Narrows a query over the intake or the log to what the filters ask for. `alias` is the table with the entry's
 * columns, `ip` the column with the address.
 */
export function applyFilter<T extends ObjectLiteral>(
  select: SelectQueryBuilder<T>,
  alias: string,
  ip: string,
  filter: AuditFilterInput,
): void {
  if (filter.action !== undefined) select.andWhere(anyOf(alias, filter.action));
  const exact = {
    [`${alias}.outcome`]: filter.outcome,
    [`${alias}.resource`]: filter.resource,
    [`${alias}.request_id`]: filter.request_id,
    [ip]: filter.ip,
  };
  for (const [index, [column, value]] of Object.entries(exact).entries()) {
    if (value !== undefined) select.andWhere(`${column} = :exact${index}`, { [`exact${index}`]: value });
  }
  // The id sorts by time and is in an index; the time itself decides.
  if (filter.from !== undefined) {
    const from = new Date(filter.from);
    select
      .andWhere(`${alias}.id >= :fromId`, { fromId: earliestId(from.getTime() - ID_SLACK_MS) })
      .andWhere(`${alias}.occurred_at >= :from`, { from: from.toISOString() });
  }
  if (filter.to !== undefined) {
    const to = new Date(filter.to);
    select
      .andWhere(`${alias}.id < :toId`, { toId: earliestId(to.getTime() + ID_SLACK_MS) })
      .andWhere(`${alias}.occurred_at < :to`, { to: to.toISOString() });
  }
}

function anyOf(alias: string, actions: readonly string[]): Brackets {
  return new Brackets((either) =>
    actions.forEach((pattern, index) =>
      either.orWhere(`${alias}.action LIKE :action${index} ESCAPE '!'`, {
        [`action${index}`]: likePattern(pattern),
      }),
    ),
  );
}

/** `FILE_*` as a LIKE pattern in which only the star is a wildcard. */
function likePattern(action: string): string {
  return action.replaceAll('_', '!_').replaceAll('*', '%');
}
