import { createSecretKey, type KeyObject } from 'node:crypto';
import { type DataSource, In } from 'typeorm';
import { inBatches } from '../../common/in-batches.js';
import { upsertRows } from '../../database/insert-rows.js';
import type { Transactions } from '../../database/transactions.js';
import type { Sealer } from '../../encryption/sealer.js';
import { ContentKey } from './content-key.entity.js';
import { translatingDamage } from './damage.js';
import type { Segments } from './segments.js';

const BATCH = 500;

type Row = Record<'wrapped' | 'segments', string>;

/** What is needed to decrypt an object. */
export interface OpenKey {
  /** Of the messages of c2sp.org/chunked-encryption: 32 random bytes. */
  readonly dataKey: KeyObject;
  readonly segments: Segments;
}

/**
 * Keeps the keys of encrypted objects. Each is sealed under a master key together with the key of its object and with the segments,
 * so that it opens for no other object. Errors of the database pass unchanged.
 */
export class ContentKeys {
  readonly #query: string;

  constructor(
    private readonly sealer: Sealer,
    private readonly reading: DataSource,
    private readonly transactions: Transactions,
  ) {
    // Every download asks: with an entity it would take several times as long.
    const parameter = reading.options.type === 'postgres' ? '$1' : '?';
    this.#query = `SELECT wrapped, segments FROM content_keys WHERE blob_key = ${parameter}`;
  }

  /** Null for an object that has none. @throws {StorageError} `damaged` when the row was changed, or is that of another object. */
  async find(blobKey: string): Promise<OpenKey | null> {
    const [row] = await this.reading.query<Row[]>(this.#query, [blobKey]);
    if (row === undefined) return null;
    const { wrapped, segments } = row;
    const dataKey = await translatingDamage(() => this.sealer.open(wrapped, bindingOf(blobKey, segments)));
    return { dataKey: createSecretKey(dataKey), segments: JSON.parse(segments) as Segments };
  }

  /** When it resolves, the key survives a power loss. It replaces an earlier one. */
  async keep(blobKey: string, { dataKey, segments }: OpenKey): Promise<void> {
    const text = JSON.stringify(segments);
    const row = [blobKey, this.sealer.seal(dataKey.export(), bindingOf(blobKey, text)), text];
    await this.transactions.run((tx) =>
      upsertRows(tx, 'content_keys', ['blob_key', 'wrapped', 'segments'], 1, [row]),
    );
  }

  /** Call it when the bytes are gone. A missing key counts as removed. */
  async remove(blobKeys: readonly string[]): Promise<void> {
    for (const batch of inBatches(blobKeys, BATCH)) {
      await this.transactions.run(async (tx) => {
        await tx.delete(ContentKey, { blobKey: In(batch) });
      });
    }
  }
}

/** What the sealed key of an object is bound to. @param segments the text in the column. */
export function bindingOf(blobKey: string, segments: string): string {
  return `${blobKey} ${segments}`;
}
