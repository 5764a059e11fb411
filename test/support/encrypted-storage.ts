import { createSecretKey, randomBytes } from 'node:crypto';
import { MasterKeys } from '../../src/encryption/master-keys.js';
import { ContentKey } from '../../src/files/encryption/content-key.entity.js';
import { ContentKeys } from '../../src/files/encryption/content-keys.js';
import { EncryptedGrowingStorage } from '../../src/files/encryption/encrypted-growing-storage.js';
import { EncryptedStorage } from '../../src/files/encryption/encrypted-storage.js';
import type { BufferPool } from '../../src/files/storage/buffer-pool.js';
import { type EncryptedGrowth, growthOf, stateOf } from '../../src/files/encryption/encrypted-growth.js';
import type { GrowingStorage, Growth } from '../../src/files/storage/growing-storage.js';
import type { ObjectStorage } from '../../src/files/storage/object-storage.js';
import { type EmbeddedDatabase, openEmbeddedDatabase } from './embedded-database.js';

/** Encrypts storages under a new master key, with the keys of their objects in a database of their own. */
export class Encryption {
  readonly #masterKeys = MasterKeys.of([createSecretKey(randomBytes(32))])!;
  readonly keys: ContentKeys;

  private constructor(readonly database: EmbeddedDatabase) {
    const { reading, transactions } = database;
    this.keys = new ContentKeys(this.#masterKeys.sealer('content key'), reading, transactions);
  }

  static async open(): Promise<Encryption> {
    return new Encryption(await openEmbeddedDatabase());
  }

  storage(inner: ObjectStorage, buffers?: BufferPool): EncryptedStorage {
    return new EncryptedStorage(inner, this.keys, buffers);
  }

  growing(inner: GrowingStorage): EncryptedGrowingStorage {
    return new EncryptedGrowingStorage(inner, this.keys, this.#masterKeys.sealer('upload key'));
  }

  /** The objects that have a key. */
  async kept(): Promise<string[]> {
    const rows = await this.database.reading.getRepository(ContentKey).find();
    return rows.map(({ blobKey }) => blobKey);
  }
}

/** The same bytes, as if they had come in so many runs of parts: cut ones without a byte are put behind those that there are. */
export function inRuns(growth: Growth, runs: number): Growth {
  const state = stateOf(growth);
  const added = Array.from({ length: runs - state.segments.length }, () => [0, 1, 0] as const);
  return growthOf({ ...state, segments: [...state.segments, ...added] } satisfies EncryptedGrowth);
}
