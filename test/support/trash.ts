import { newId } from '../../src/common/ids.js';
import { inBatches } from '../../src/common/in-batches.js';
import { insertRows } from '../../src/database/insert-rows.js';
import { Transactions } from '../../src/database/transactions.js';
import { Quota } from '../../src/files/quota/quota.js';
import type { TestApp } from './test-app.js';

const HASH = 'ab'.repeat(32);
const COLUMNS = [
  ...['id', 'owner_id', 'name', 'name_folded', 'mime_type', 'size', 'sha256', 'blob_key'],
  ...['created_at', 'updated_at', 'version', 'trashed_at'],
];

/**
 * Gives a user files of one byte without their bytes: `count` in the trash, trashed one millisecond after another until
 * `until`, and `live` ones. What they keep is counted. Returns the ids of those in the trash, in the order of trashing.
 */
export async function fillTrash(
  server: TestApp,
  ownerId: string,
  count: number,
  { live = 0, until = Date.now() }: { readonly live?: number; readonly until?: number } = {},
): Promise<string[]> {
  const rows = Array.from({ length: count + live }, (_, index) => {
    const at = new Date(until - count + index).toISOString();
    const trashedAt = index < count ? at : null;
    const name = `${index}.txt`;
    return [newId(), ownerId, name, name, 'text/plain', 1, HASH, newId(), at, at, 1, trashedAt];
  });
  for (const batch of inBatches(rows, 5000)) {
    await server.app.get(Transactions).run(async (tx) => {
      await insertRows(tx, 'files', COLUMNS, batch);
      const trash = batch.filter((row) => row.at(-1) !== null).length;
      const change = { files: batch.length - trash, versions: 0, trash, reserved: 0 };
      await server.app.get(Quota).charge(tx, ownerId, change);
    });
  }
  return rows.slice(0, count).map(([id]) => id as string);
}
