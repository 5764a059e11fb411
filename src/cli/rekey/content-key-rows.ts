import type { MasterKeys } from '../../encryption/master-keys.js';
import { bindingOf } from '../../files/encryption/content-keys.js';
import type { Row } from '../../encryption/sealed-rows.js';
import type { SealedKind } from './sealed-kind.js';

/** The keys of stored objects. */
export function contentKeyRows(keys: MasterKeys): SealedKind {
  const sealer = keys.sealer('content key');
  const wrappedIn = ({ wrapped }: Row) => wrapped as string;
  return {
    what: 'keys of contents',
    table: 'content_keys',
    key: ['blob_key'],
    columns: ['wrapped', 'segments'],
    changing: ['wrapped'],
    replacedWhole: false,
    isSealed: () => true,
    isCurrent: (row) => sealer.isCurrent(wrappedIn(row)),
    renewed: (row) => {
      const context = bindingOf(row.blob_key as string, row.segments as string);
      return { ...row, wrapped: sealer.seal(sealer.open(wrappedIn(row), context), context) };
    },
  };
}
