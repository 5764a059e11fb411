import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { EntityManager } from 'typeorm';
import { newId } from '../../common/ids.js';
import { inBatches } from '../../common/in-batches.js';
import { fromNow } from '../../common/time.js';
import type { Row } from '../../encryption/sealed-rows.js';
import { CONDEMNED, LEASE_MS } from '../../files/contents/blob-ledger.js';
import { PendingBlob } from '../../files/contents/pending-blob.entity.js';
import type { EncryptedStorage } from '../../files/encryption/encrypted-storage.js';
import type { ByteSource } from '../../files/storage/byte-source.js';
import { type ObjectStorage, StorageError } from '../../files/storage/object-storage.js';
import type { OpenDatabase } from '../rekey/open-database.js';
import type { Report } from '../rekey/reseal-rows.js';
import { estimateRows, placeholders, rowBatches, type Selection } from '../rekey/row-batches.js';

const AT_ONCE = 4;

/** Rows that name a content. */
interface Named extends Selection {
  /** The column with the id of the file. */
  readonly file: string;
}

const FILES: Named = { table: 'files', key: ['id'], columns: ['blob_key', 'sha256'], file: 'id' };
const VERSIONS: Named = {
  table: 'file_versions',
  key: ['file_id', 'version'],
  columns: ['blob_key', 'sha256'],
  file: 'file_id',
};

/** What became of the contents. */
export interface EncryptedContents {
  readonly encrypted: number;
  /** A line for each content that was missing or damaged before, and was left as it is. */
  readonly left: readonly string[];
}

/**
 * Puts an encrypted object in the place of each plain one. The new one, under a new key, is on the ledger of bytes without a row until
 * one transaction gives its key to the rows of the file; from then on the old one is on the ledger. So a crash loses nothing,
 * and what it leaves behind is swept by the service.
 */
export class PlainContents {
  #encrypted = 0;
  readonly #left: string[] = [];

  constructor(
    private readonly database: OpenDatabase,
    /** Where the bytes are. */
    private readonly stored: ObjectStorage,
    /** The same, encrypting. */
    private readonly encrypting: EncryptedStorage,
  ) {}

  async encrypt(report: Report): Promise<EncryptedContents> {
    for (const named of [FILES, VERSIONS]) {
      const about = await estimateRows(this.database.reading, named.table);
      let done = 0;
      for await (const rows of rowBatches(this.database.reading, named)) {
        for (const batch of inBatches(await this.#plainOf(rows), AT_ONCE)) {
          const replaced = await Promise.all(batch.map((row) => this.#replace(named, row)));
          await this.#remove(replaced.filter((key) => key !== null));
        }
        report(`contents of ${named.table}`, (done += rows.length), about);
      }
    }
    return { encrypted: this.#encrypted, left: this.#left };
  }

  /** Rows whose object has no key, one for each object. */
  async #plainOf(rows: readonly Row[]): Promise<Row[]> {
    const byKey = new Map(rows.map((row) => [row.blob_key as string, row]));
    const marks = placeholders(this.database.reading, byKey.size).join();
    const found = await this.database.reading.query<{ blob_key: string }[]>(
      `SELECT blob_key FROM content_keys WHERE blob_key IN (${marks})`,
      [...byKey.keys()],
    );
    for (const { blob_key: key } of found) byKey.delete(key);
    return [...byKey.values()];
  }

  /** @returns the old key, whose bytes may go; null when the content stays as it is. */
  async #replace({ table, key, file }: Named, row: Row): Promise<string | null> {
    const [fileId, oldKey] = [row[file], row.blob_key] as [string, string];
    const newKey = newId();
    await this.database.transactions.run(async (tx) => {
      await tx.insert(PendingBlob, {
        blobKey: newKey,
        leaseUntil: fromNow(LEASE_MS),
        ownerId: null,
        reserved: 0,
      });
    });
    const fault = await this.#write(oldKey, newKey, row.sha256 as string);
    if (fault !== null) {
      await this.#strike([newKey]);
      this.#left.push(`${table} ${key.map((column) => row[column]).join(' ')} is ${fault}`);
      return null;
    }
    await this.database.transactions.run(async (tx) => {
      await tx.delete(PendingBlob, { blobKey: newKey });
      await rename(tx, fileId, oldKey, newKey);
      await tx.insert(PendingBlob, { blobKey: oldKey, leaseUntil: CONDEMNED, ownerId: null, reserved: 0 });
    });
    this.#encrypted++;
    return oldKey;
  }

  /** @returns what is wrong with the plain bytes. Nothing is stored then. */
  async #write(oldKey: string, newKey: string, sha256: string): Promise<'missing' | 'damaged' | null> {
    try {
      const { source } = await this.stored.open(oldKey);
      const hash = createHash('sha256');
      await this.encrypting.write(newKey, Readable.from(bytesOf(source, hash), { objectMode: false }));
      if (hash.digest('hex') === sha256) return null;
      await this.encrypting.delete(newKey);
      return 'damaged';
    } catch (error) {
      if (error instanceof StorageError && error.reason === 'missing') return 'missing';
      throw error;
    }
  }

  async #remove(keys: readonly string[]): Promise<void> {
    const { removed, failures } = await this.stored.deleteAll(keys);
    await this.#strike(removed);
    if (failures[0] !== undefined) throw failures[0];
  }

  async #strike(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    await this.database.transactions.run(async (tx) => {
      for (const blobKey of keys) await tx.delete(PendingBlob, { blobKey });
    });
  }
}

/** Versions of one file may share an object; files share none. */
async function rename(tx: EntityManager, fileId: string, oldKey: string, newKey: string): Promise<void> {
  await tx.sql`UPDATE files SET blob_key = ${newKey} WHERE id = ${fileId} AND blob_key = ${oldKey}`;
  await tx.sql`UPDATE file_versions SET blob_key = ${newKey} WHERE file_id = ${fileId} AND blob_key = ${oldKey}`;
}

async function* bytesOf(source: ByteSource, hash: Hash): AsyncGenerator<Buffer> {
  try {
    for (let chunk = await source.next(); chunk !== null; chunk = await source.next()) {
      hash.update(chunk.bytes);
      yield chunk.bytes;
      // The stream may still have it in its queue.
      chunk.abandon();
    }
  } finally {
    await source.close();
  }
}
