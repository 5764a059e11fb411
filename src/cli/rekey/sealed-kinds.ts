import type { MasterKeys } from '../../encryption/master-keys.js';
import { SEALED_PLACES } from '../../encryption/sealed-places.js';
import { contentKeyRows } from './content-key-rows.js';
import type { SealedKind } from './sealed-kind.js';
import { sealedPlaceRows } from './sealed-place-rows.js';
import { uploadKeyRows } from './upload-key-rows.js';

/** Everything in the database that is sealed under a master key. */
export function sealedKinds(keys: MasterKeys): SealedKind[] {
  return [
    contentKeyRows(keys),
    uploadKeyRows(keys),
    ...SEALED_PLACES.map((place) => sealedPlaceRows(place, keys)),
  ];
}
