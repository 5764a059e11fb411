import { Unsealable } from '../../encryption/unsealable.js';
import type { Row } from '../../encryption/sealed-rows.js';
import type { OpenDatabase } from './open-database.js';
import { type Replacement, replaceRows } from './replace-rows.js';
import { estimateRows, rowBatches } from './row-batches.js';
import type { SealedKind } from './sealed-kind.js';

/** Told after each batch: what is being done, how many rows were looked at, and about how many there are, when that is known. */
export type Report = (what: string, done: number, about: number | null) => void;

/** How much of one kind is sealed, and how much of it was sealed again. */
export interface Resealed {
  readonly what: string;
  readonly resealed: number;
  readonly sealed: number;
}

/**
 * Seals the rows of one kind under the first key that are not sealed so. A row that changes meanwhile stays as it becomes.
 * @param faults gets a line for each row that cannot be opened. Such a row stays as it is.
 */
export async function resealRows(
  { reading, transactions }: OpenDatabase,
  kind: SealedKind,
  report: Report,
  faults: string[],
): Promise<Resealed> {
  const about = await estimateRows(reading, kind.table);
  let [done, sealed, resealed] = [0, 0, 0];
  for await (const rows of rowBatches(reading, kind)) {
    const replacements: Replacement[] = [];
    for (const read of rows.filter((row) => !kind.isCurrent(row))) {
      try {
        replacements.push({ read, renewed: kind.renewed(read) });
      } catch (error) {
        if (!(error instanceof Unsealable)) throw error;
        faults.push(faultOf(kind, read, error));
      }
    }
    if (replacements.length > 0)
      resealed += await transactions.run((tx) => replaceRows(tx, kind, replacements));
    sealed += rows.filter((row) => kind.isSealed(row)).length;
    report(kind.what, (done += rows.length), about);
  }
  return { what: kind.what, resealed, sealed };
}

function faultOf({ table, key }: SealedKind, row: Row, { reason, keyId }: Unsealable): string {
  const place = [table, ...key.map((column) => row[column])].join(' ');
  if (reason === 'damaged') return `${place} is damaged: restore it, or remove what it belongs to`;
  return keyId === null
    ? `${place} does not open with FACTOR_KEY: give the one under which it was sealed, or remove it`
    : `${place}: ENCRYPTION_KEY lacks the key ${keyId}, under which it is sealed`;
}
