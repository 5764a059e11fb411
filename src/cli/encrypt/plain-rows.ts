import { SealedSecrets } from '../../auth/factors/sealed-secrets.js';
import type { AppConfig } from '../../config/app-config.js';
import type { MasterKeys } from '../../encryption/master-keys.js';
import { FACTORS, SEALED_PLACES, type SealedPlace } from '../../encryption/sealed-places.js';
import { SealedRows } from '../../encryption/sealed-rows.js';
import type { SealedKind } from '../rekey/sealed-kind.js';
import { sealedPlaceRows } from '../rekey/sealed-place-rows.js';

/** Every table whose values an encrypted installation seals. Its plain rows count as those that have to be sealed. */
export function plainRows(config: AppConfig, keys: MasterKeys): SealedKind[] {
  return SEALED_PLACES.map((place) => ({ ...kindOf(place, keys), ...secretsIn(place, config, keys) }));
}

function kindOf(place: SealedPlace, keys: MasterKeys): SealedKind {
  const rows = new SealedRows(place, keys);
  return { ...sealedPlaceRows(place, keys), isCurrent: (row) => rows.isCurrent(row) };
}

/** The secrets of factors are sealed in a plain installation too, under `FACTOR_KEY`. */
function secretsIn(place: SealedPlace, config: AppConfig, keys: MasterKeys): Partial<SealedKind> {
  if (place !== FACTORS) return {};
  const secrets = new SealedSecrets(config, keys);
  return {
    renewed: (row) => {
      const [id, sealed] = [row.id, row.sealed_secret] as [string, string];
      return { ...row, sealed_secret: secrets.seal(secrets.open(sealed, id), id) };
    },
  };
}
