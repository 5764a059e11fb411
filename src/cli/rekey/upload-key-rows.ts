import type { MasterKeys } from '../../encryption/master-keys.js';
import type { EncryptedGrowth } from '../../files/encryption/encrypted-growth.js';
import type { Growth } from '../../files/storage/growing-storage.js';
import type { Row } from '../../encryption/sealed-rows.js';
import type { SealedKind } from './sealed-kind.js';

/** The keys of unfinished resumable uploads, which stand in their growth. */
export function uploadKeyRows(keys: MasterKeys): SealedKind {
  const sealer = keys.sealer('upload key');
  return {
    what: 'keys of unfinished uploads',
    table: 'resumable_uploads',
    key: ['id'],
    columns: ['growth'],
    changing: ['growth'],
    replacedWhole: false,
    isSealed: (row) => growthIn(row) !== null,
    isCurrent: (row) => {
      const growth = growthIn(row);
      return growth === null || sealer.isCurrent(growth.state.wrapped);
    },
    renewed: (row) => {
      const growth = growthIn(row)!;
      const { wrapped, boundTo } = growth.state;
      const renewed = sealer.seal(sealer.open(wrapped, boundTo), boundTo);
      return { ...row, growth: JSON.stringify({ ...growth, state: { ...growth.state, wrapped: renewed } }) };
    },
  };
}

/** Null when the upload is finished or ended, and when its bytes were plain: `encrypt` has let it expire then. */
function growthIn({ growth }: Row): (Growth & { readonly state: EncryptedGrowth }) | null {
  if (growth == null) return null;
  const parsed = JSON.parse(growth as string) as Growth & { state: EncryptedGrowth };
  return 'wrapped' in parsed.state ? parsed : null;
}
