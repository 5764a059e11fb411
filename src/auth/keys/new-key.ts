import type { ApiKey } from './api-key.entity.js';

/** A key that was just made. */
export interface NewKey {
  readonly key: ApiKey;
  /** Null for a key with a public key. */
  readonly secret: string | null;
}
