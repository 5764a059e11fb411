import { type FindOperator, Raw } from 'typeorm';

/**
 * The condition of the index `files_in_trash`. TypeORM's `Not(IsNull())` becomes `NOT (… IS NULL)`, for which SQLite does
 * not use the index.
 */
export function inTrash(): FindOperator<string> {
  return Raw<string>((column) => `${column} IS NOT NULL`) as FindOperator<string>;
}

/** The condition of the index `files_to_purge`, for files of any user that were trashed until `time`. */
export function trashedUntil(time: string): FindOperator<string> {
  return Raw<string>((column) => `${column} > '' AND ${column} <= :time`, { time }) as FindOperator<string>;
}
