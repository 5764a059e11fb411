import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** How many rows are read for one page. Matches beyond them are on the following pages. */
export const MAX_SCANNED = 2000;

type Key = string | number;

/** Rows in the order of an index. A page can begin and end at any key. */
export interface Walk<T extends ObjectLiteral> {
  /** Its conditions must be those of the index, with none on the key. */
  readonly rows: SelectQueryBuilder<T>;
  /** The column of the order, such as `e.id`. It is unique and never null. */
  readonly key: string;
  readonly order: 'ASC' | 'DESC';
  /** The smallest key; absent or null for no limit. */
  readonly from?: Key | null;
  /** All keys are below this one; absent or null for no limit. */
  readonly before?: Key | null;
}

/** The matches, and where the search stopped. */
export interface Scan<T> {
  readonly rows: T[];
  /** The key of the last row that was read, when more rows may follow. Null at the end. */
  readonly scannedTo: string | null;
}

/**
 * Returns the first `limit` rows that match a filter. It reads at most `MAX_SCANNED` rows, because a filter
 * with few matches would otherwise read the whole table, and on SQLite block the process.
 * No other index may serve the conditions of the filter (see `unindexed`): the database could prefer that
 * index and read all of its rows. Without a filter only the rows of the page are read.
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

/** The key of the last row that may be read. Null when there are fewer rows. */
async function lastKey<T extends ObjectLiteral>(walk: Walk<T>): Promise<Key | null> {
  const last = await bounded(walk)
    .select(walk.key, 'key')
    .orderBy(walk.key, walk.order)
    .offset(MAX_SCANNED - 1)
    .limit(1)
    .getRawOne<{ key: Key }>();
  return last?.key ?? null;
}

/**
 * Applies only one bound at each end. With two, SQLite would use one of them for the index and read on until
 * the other.
 */
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

/** The value of a text column, as an expression that no index has. */
export function unindexed(column: string): string {
  return `(${column} || '')`;
}

/** A condition that no row meets. */
export const NONE = '1 = 0';
