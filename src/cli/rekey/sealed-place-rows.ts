import type { MasterKeys } from '../../encryption/master-keys.js';
import type { SealedPlace } from '../../encryption/sealed-places.js';
import { SealedRows } from '../../encryption/sealed-rows.js';
import type { SealedKind } from './sealed-kind.js';

/** The rows of one table whose values are sealed. A plain row is left as it is: the command `encrypt` seals it. */
export function sealedPlaceRows(place: SealedPlace, keys: MasterKeys): SealedKind {
  const rows = new SealedRows(place, keys);
  const { table, primaryKey, boundTo, columns, replacedWhole } = place;
  return {
    what: `rows of ${table}`,
    table,
    key: primaryKey,
    columns: replacedWhole ? ['*'] : [...boundTo, ...Object.keys(columns)],
    changing: Object.keys(columns),
    replacedWhole,
    isSealed: (row) => rows.isSealed(row),
    isCurrent: (row) => !rows.isSealed(row) || rows.isCurrent(row),
    renewed: (row) => rows.seal(rows.open(row)),
  };
}
