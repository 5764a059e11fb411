import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type EntityManager } from 'typeorm';
import { loadConfig } from '../../src/config/load-config.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import type { RowTarget } from '../../src/database/deferred-rows.js';
import { migrate } from '../../src/database/migrate.js';
import { Transactions } from '../../src/database/transactions.js';
import { PendingBlob } from '../../src/files/contents/pending-blob.entity.js';

/** A table with only a key, for tests that insert plain rows. */
export const BLOBS: RowTarget = { table: 'pending_blobs', columns: ['blob_key', 'lease_until'] };

/** A new embedded database, migrated, with the same connections as in the service. */
export interface EmbeddedDatabase {
  readonly storage: string;
  readonly file: string;
  readonly writing: DataSource;
  readonly reading: DataSource;
  readonly transactions: Transactions;
  /** Inserts a row with this key, in the given transaction or in its own. */
  insert(key: string, options?: { readonly tx?: EntityManager; readonly alone?: boolean }): Promise<void>;
  /** The keys that a reader sees now. */
  keys(): Promise<string[]>;
  close(): Promise<void>;
}

export const blob = (blobKey: string) => ({ blobKey, leaseUntil: '2026-01-01T00:00:00.000Z' });
export const blobRow = (blobKey: string) => Object.values(blob(blobKey));

export async function openEmbeddedDatabase(
  environment: Record<string, string> = {},
): Promise<EmbeddedDatabase> {
  const storage = environment.STORAGE_PATH ?? (await mkdtemp(join(tmpdir(), 'embedded-')));
  const config = loadConfig({ NODE_ENV: 'test', ...environment, STORAGE_PATH: storage });
  const writing = await new DataSource(dataSourceOptions(config, 'write')).initialize();
  await migrate(writing);
  const reading = await new DataSource(dataSourceOptions(config, 'read')).initialize();
  const transactions = new Transactions(writing);
  const insertIn = async (tx: EntityManager, key: string) => void (await tx.insert(PendingBlob, blob(key)));
  return {
    storage,
    file: join(storage, 'database', 'app.sqlite'),
    writing,
    reading,
    transactions,
    insert: (key, { tx, alone } = {}) =>
      tx === undefined ? transactions.run((own) => insertIn(own, key), { alone }) : insertIn(tx, key),
    keys: async () => (await reading.getRepository(PendingBlob).find()).map(({ blobKey }) => blobKey).sort(),
    close: async () => {
      await writing.destroy();
      await reading.destroy();
      if (environment.STORAGE_PATH === undefined) await rm(storage, { recursive: true, force: true });
    },
  };
}
