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

/** A table with nothing but a key, as a target of plain rows. */
export const BLOBS: RowTarget = { table: 'pending_blobs', columns: ['blob_key', 'lease_until'] };

/** An embedded database of its own, migrated, with the connections that the service has. */
export interface EmbeddedDatabase {
  readonly storage: string;
  readonly file: string;
  readonly writing: DataSource;
  readonly reading: DataSource;
  readonly transactions: Transactions;
  /** Writes a row with this key, in the transaction given or in one of its own. */
  insert(key: string, options?: { readonly tx?: EntityManager; readonly alone?: boolean }): Promise<void>;
  /** The keys that a reader sees now. */
  keys(): Promise<string[]>;
  close(): Promise<void>;
}

export const blob = (blobKey: string) => ({ blobKey, leaseUntil: '2026-01-01T00:00:00.000Z' });
export const blobRow = (blobKey: string) => Object.values(blob(blobKey));

export async function openEmbeddedDatabase(): Promise<EmbeddedDatabase> {
  const storage = await mkdtemp(join(tmpdir(), 'embedded-'));
  const config = loadConfig({ STORAGE_PATH: storage, NODE_ENV: 'test' });
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
      await rm(storage, { recursive: true, force: true });
    },
  };
}
