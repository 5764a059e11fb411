import type { Growth } from '../../files/storage/growing-storage.js';
import type { ObjectStorage } from '../../files/storage/object-storage.js';
import type { OpenDatabase } from '../rekey/open-database.js';
import type { Report } from '../rekey/reseal-rows.js';
import { estimateRows, placeholders, rowBatches } from '../rekey/row-batches.js';
import { removeBytes } from './leftover-bytes.js';

const UPLOADS = { table: 'resumable_uploads', key: ['id'], columns: ['growth'] } as const;
/** Earlier than the expiry of any upload. */
const PAST = '1970-01-01T00:00:00.000Z';

/**
 * Lets unfinished resumable uploads expire whose bytes are plain, and removes the bytes: a bucket cannot give them back before they are
 * complete. The service ends the uploads, and tells their clients that they are gone.
 * @returns how many there are.
 */
export async function expirePlainUploads(
  { reading, transactions }: OpenDatabase,
  stored: ObjectStorage,
  report: Report,
): Promise<number> {
  const about = await estimateRows(reading, UPLOADS.table);
  const [past, id] = placeholders(reading, 2);
  let [done, expired] = [0, 0];
  for await (const rows of rowBatches(reading, UPLOADS)) {
    const plain = rows.flatMap(({ id: uploadId, growth }) => {
      const parsed = typeof growth === 'string' ? (JSON.parse(growth) as Growth) : null;
      return parsed === null || 'wrapped' in parsed.state ? [] : [{ uploadId, keys: parsed.keys }];
    });
    await transactions.run(async (tx) => {
      for (const { uploadId } of plain)
        await tx.query(`UPDATE resumable_uploads SET expires_at = ${past!} WHERE id = ${id!}`, [
          PAST,
          uploadId,
        ]);
    });
    await removeBytes(
      stored,
      plain.flatMap(({ keys }) => keys),
    );
    expired += plain.length;
    report('unfinished uploads', (done += rows.length), about);
  }
  return expired;
}
