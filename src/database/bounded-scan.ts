import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** Rows that are looked at for one page: what a filter finds beyond them is for the pages that follow. */
export const MAX_SCANNED = 2000;

type Key = string | number;

/** Rows in the order in which an index has them, so that a page can begin anywhere and end anywhere. */
export interface Walk<T extends ObjectLiteral> {
  /** Has no other conditions than what the index finds by itself, and none on the key. */
  readonly rows: SelectQueryBuilder<T>;
  /** The column that orders them, such as `e.id`: unique, never null. */
  readonly key: string;
  readonly order: 'ASC' | 'DESC';
  /** Keys from here on; absent or null: from the first. */
  readonly from?: Key | null;
  /** Keys below this one; absent or null: to the last. */
  readonly before?: Key | null;
}

/** What was found, and how far. */
export interface Scan<T> {
  readonly rows: T[];
  /** The key of the last row that was looked at, after which there may be more; null when the walk is at its end. */
  readonly scannedTo: string | null;
}

/**
 * The first `limit` rows of a walk that pass a filter, of at most `MAX_SCANNED` that are looked at: a filter that few rows pass
 * would read the whole table, and on SQLite hold up the process meanwhile. Conditions of the filter must be such that no
 * other index serves them (`unindexed`), or the database may prefer that one and read all that it has. Without a filter
 * nothing but the rows of the page is looked at.
 */
export async function scan<T extends ObjectLiteral>(
  walk: Walk<T>,
  filter: ((select: SelectQueryBuilder<T>) => void) | null,
  limit: number,
): Promise<Scan<T>> {
  const { key, order } = walk;
  const scannedTo = filter === null ? null : await lastKey(walk);
  const section = scannedTo === null ? walk : { ...walk, [order === 'ASC' ? 'upTo' : 'from']: scannedTo };
  const select = bounded(section);
  filter?.(select);
  const rows = await select.orderBy(key, order).limit(limit).getMany();
  return { rows, scannedTo: scannedTo === null ? null : String(scannedTo) };
}

/** The key of the last row that may be looked at; null when the walk ends before. */
async function lastKey<T extends ObjectLiteral>(walk: Walk<T>): Promise<Key | null> {
  const last = await bounded(walk)
    .select(walk.key, 'key')
    .orderBy(walk.key, walk.order)
    .offset(MAX_SCANNED - 1)
    .limit(1)
    .getRawOne<{ key: Key }>();
  return last?.key ?? null;
}

/** With one bound at either end: of two, SQLite would take one for the index and read on until the other. */
function bounded<T extends ObjectLiteral>({
  rows,
  key,
  from = null,
  before = null,
  upTo = null,
}: Walk<T> & { readonly upTo?: Key | null }): SelectQueryBuilder<T> {
  const select = rows.clone();
  if (from !== null) select.andWhere(`${key} >= :from_key`, { from_key: from });
  if (upTo !== null) select.andWhere(`${key} <= :up_to_key`, { up_to_key: upTo });
  else if (before !== null) select.andWhere(`${key} < :before_key`, { before_key: before });
  return select;
}

/** The value of a text column in a form that no index has. */
export function unindexed(column: string): string {
  return `(${column} || '')`;
}

/** The condition that no row meets. */
export const NONE = '1 = 0';
