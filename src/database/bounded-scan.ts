import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** Rows that are looked at for one page: what a filter finds beyond them is for the pages that follow. */
export const MAX_SCANNED = 4000;

/** Rows in the order in which an index has them, so that a page can begin anywhere and end anywhere. */
export interface Walk<T extends ObjectLiteral> {
  /** Has no other conditions than what the index finds by itself. */
  readonly rows: SelectQueryBuilder<T>;
  /** The column that orders them, such as `e.id`: unique, never null. */
  readonly key: string;
  readonly order: 'ASC' | 'DESC';
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
  { rows, key, order }: Walk<T>,
  filter: ((select: SelectQueryBuilder<T>) => void) | null,
  limit: number,
): Promise<Scan<T>> {
  const select = rows.clone();
  let scannedTo: string | null = null;
  if (filter !== null) {
    const last = await rows
      .clone()
      .select(key, 'key')
      .orderBy(key, order)
      .offset(MAX_SCANNED - 1)
      .limit(1)
      .getRawOne<{ key: string | number }>();
    scannedTo = last === undefined ? null : String(last.key);
    filter(select);
    if (last !== undefined)
      select.andWhere(`${key} ${order === 'ASC' ? '<=' : '>='} :scannedTo`, { scannedTo: last.key });
  }
  return { rows: await select.orderBy(key, order).limit(limit).getMany(), scannedTo };
}

/** The value of a text column in a form that no index has. */
export function unindexed(column: string): string {
  return `(${column} || '')`;
}

/** The condition that no row meets. */
export const NONE = '1 = 0';
