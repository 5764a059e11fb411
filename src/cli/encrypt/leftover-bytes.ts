import { UNFINISHED } from '../../files/contents/blob-ledger.js';
import type { ObjectStorage } from '../../files/storage/object-storage.js';
import type { OpenDatabase } from '../rekey/open-database.js';
import { rowBatches } from '../rekey/row-batches.js';

const LEDGER = { table: 'pending_blobs', key: ['blob_key'], columns: ['lease_until'] } as const;

/**
 * Removes the bytes that have no row, except those of unfinished uploads: no service runs that could still give them one, and they may be
 * plain. Their keys stay on the ledger, where the service strikes them off.
 */
export async function removeLeftoverBytes({ reading }: OpenDatabase, stored: ObjectStorage): Promise<void> {
  for await (const rows of rowBatches(reading, LEDGER)) {
    const left = rows.filter((row) => row.lease_until !== UNFINISHED);
    await removeBytes(
      stored,
      left.map((row) => row.blob_key as string),
    );
  }
}

/** @throws the first failure, after the other keys were removed. */
export async function removeBytes(stored: ObjectStorage, keys: readonly string[]): Promise<void> {
  const { failures } = await stored.deleteAll(keys);
  if (failures[0] !== undefined) throw failures[0];
}
