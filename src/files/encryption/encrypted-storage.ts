import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { pipeline, type Readable } from 'node:stream';
import { ChunkSealer } from '../../encryption/chunked/chunk-sealer.js';
import { MessageKey } from '../../encryption/chunked/message-key.js';
import { HEADER_BYTES } from '../../encryption/chunked/sizes.js';
import { BufferPool } from '../storage/buffer-pool.js';
import type { ByteSource } from '../storage/byte-source.js';
import {
  type ByteRange,
  type Deletion,
  type Handover,
  ObjectStorage,
  type OpenObject,
  StorageError,
} from '../storage/object-storage.js';
import { checkedKey } from '../storage/storage-key.js';
import type { ContentKeys, OpenKey } from './content-keys.js';
import { translatingDamage } from './damage.js';
import { DecryptedSource } from './decrypted-source.js';
import { ExactReader } from './exact-reader.js';
import { ReadPlan } from './read-plan.js';
import { SealingStream } from './sealing-stream.js';
import { contextOf } from './segment-context.js';
import { sizesOf, withSegment } from './segments.js';

/** 16 chunks: the size of one piece of a download. */
const BUFFER_BYTES = 256 * 1024;
/** 24 MiB: three buffers for each of 32 parallel downloads. */
const KEPT_BUFFERS = 96;

/**
 * Encrypts the objects of another storage, each under a random key of its own. Sizes and ranges are those of the plain bytes; a range
 * reads only the chunks that it touches. `open` and the source throw `damaged` for bytes that are not those that were stored.
 * Errors of the database, which has the keys, pass unchanged.
 */
export class EncryptedStorage extends ObjectStorage {
  constructor(
    private readonly inner: ObjectStorage,
    private readonly keys: ContentKeys,
    private readonly buffers = new BufferPool(BUFFER_BYTES, KEPT_BUFFERS),
  ) {
    super();
  }

  override prepare(): Promise<void> {
    return this.inner.prepare();
  }

  override async write(key: string, source: Readable): Promise<void> {
    const dataKey = newDataKey();
    let kept = Promise.resolve();
    const sealing = new SealingStream(new ChunkSealer(MessageKey.create(dataKey, contextOf(0))), (plain) => {
      // While the last bytes are synced. A crash in between leaves bytes without a key, and they are on the ledger.
      kept = this.keys.keep(checkedKey(key), { dataKey, segments: withSegment([], plain) });
      kept.catch(() => undefined);
    });
    pipeline(source, sealing, () => undefined);
    try {
      await this.inner.write(key, sealing);
      await kept;
    } catch (error) {
      await Promise.allSettled([kept]);
      await Promise.allSettled([this.delete(key)]);
      throw error;
    }
  }

  override async open(key: string, range?: ByteRange): Promise<OpenObject> {
    const { dataKey, segments } = await this.#keyOf(key);
    const { plain, sealed } = sizesOf(segments);
    if (range !== undefined && range.end >= plain) throw notAsRecorded();
    const plan = new ReadPlan(segments, range ?? null);
    const opening = this.#openStored(key, sealed, range && plan.stored);
    // It is awaited after the header.
    opening.catch(() => undefined);
    let header: MessageKey | null;
    try {
      header = plan.header && (await this.#readHeader(key, sealed, plan, dataKey));
    } catch (error) {
      await closeOnceOpen(opening);
      throw error;
    }
    const source = new DecryptedSource(await opening, dataKey, plan, header, this.buffers);
    return { size: plain, source, authenticated: true };
  }

  override async stat(key: string): Promise<{ size: number }> {
    const { segments } = await this.#keyOf(key);
    const { plain, sealed } = sizesOf(segments);
    const { size } = await this.inner.stat(key);
    if (size !== sealed) throw notAsRecorded();
    return { size: plain };
  }

  /** Nobody else can decrypt. The configuration allows no handover with a key. */
  override handOver(): Promise<Handover> {
    return Promise.reject(new Error('an encrypted object cannot be handed over'));
  }

  /** Bytes before key: a crash leaves a key without bytes, and the ledger still has the object. */
  override async delete(key: string): Promise<void> {
    await this.inner.delete(key);
    await this.keys.remove([key]);
  }

  override async deleteAll(keys: readonly string[]): Promise<Deletion> {
    const deletion = await this.inner.deleteAll(keys);
    try {
      await this.keys.remove(deletion.removed);
      return deletion;
    } catch (error) {
      return { removed: [], failures: [...deletion.failures, new StorageError('unavailable', error)] };
    }
  }

  override freeBytes(): Promise<number> {
    return this.inner.freeBytes();
  }

  override check(): Promise<void> {
    return this.inner.check();
  }

  async #keyOf(key: string): Promise<OpenKey> {
    const found = await this.keys.find(key);
    if (found === null) throw new StorageError('missing', new Error('the object has no key'));
    return found;
  }

  /** Opens stored bytes of an object whose size is known. */
  async #openStored(key: string, sealed: number, part?: ByteRange): Promise<ByteSource> {
    const { size, source } = await this.inner.open(key, part);
    if (size === sealed) return source;
    await source.close();
    throw notAsRecorded();
  }

  async #readHeader(key: string, sealed: number, plan: ReadPlan, dataKey: KeyObject): Promise<MessageKey> {
    const reader = new ExactReader(await this.#openStored(key, sealed, plan.header!), HEADER_BYTES);
    try {
      const header = await reader.take(HEADER_BYTES);
      return await translatingDamage(() =>
        MessageKey.read(dataKey, header, contextOf(plan.first.plainStart)),
      );
    } finally {
      await reader.close();
    }
  }
}

/** The key of a new object. */
export function newDataKey(): KeyObject {
  return createSecretKey(randomBytes(32));
}

function notAsRecorded(): StorageError {
  return new StorageError('damaged', new Error('the stored object has not the recorded size'));
}

async function closeOnceOpen(opening: Promise<ByteSource>): Promise<void> {
  await opening.then(
    (source) => source.close(),
    // The caller throws the first error.
    () => undefined,
  );
}
