import type { Row } from '../../encryption/sealed-rows.js';
import type { Selection } from './row-batches.js';

/** Rows of one table in which something is sealed under a master key, with what seals it again. */
export interface SealedKind extends Selection {
  /** What is sealed, in the plural. */
  readonly what: string;
  /** The columns that change when it is sealed again. */
  readonly changing: readonly string[];
  /** True when rows cannot be updated: a row is deleted and inserted then, and `columns` are all of the table. */
  readonly replacedWhole: boolean;
  /** True when something is sealed in this row, under whichever key. */
  isSealed(row: Row): boolean;
  /** True when it is sealed under the first key, or nothing has to be sealed in this row. */
  isCurrent(row: Row): boolean;
  /** The row as it is when everything is sealed under the first key. @throws {Unsealable} */
  renewed(row: Row): Row;
}
