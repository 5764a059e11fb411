import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { type ObjectStorage, StorageError } from '../../src/files/storage/object-storage.js';
import { bytesOf } from '../support/bytes-of.js';

export interface StorageUnderTest {
  readonly storage: ObjectStorage;
  /** The number of objects in the storage, complete or partial. */
  count(): Promise<number>;
  dispose(): Promise<void>;
}

const MIB = 1024 * 1024;

/**
 * Empty, one byte, and sizes on both sides of the limits of a stream chunk, a read and an S3 part. The last
 * is the default upload limit.
 */
const SIZES = [
  0,
  1,
  ...[64 * 1024, 256 * 1024, 5 * MIB, 10 * MIB].flatMap((border) => [border - 1, border, border + 1]),
  50 * MIB,
];

/** In pieces, like a request. */
function* inChunks(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** The contract of ObjectStorage, which every adapter must pass. */
export function objectStorageContract(name: string, create: () => Promise<StorageUnderTest>): void {
  describe(`ObjectStorage contract: ${name}`, () => {
    let under: StorageUnderTest;
    beforeEach(async () => {
      under = await create();
      await under.storage.prepare();
    });
    afterEach(() => under.dispose());

    const key = () => crypto.randomUUID();
    const stored = async (bytes: Buffer) => {
      const object = key();
      await under.storage.write(object, Readable.from(inChunks(bytes)));
      return object;
    };

    it.each(SIZES)('returns %i bytes as they were written, and a range to their last byte', async (size) => {
      const bytes = randomBytes(size);
      const object = await stored(bytes);
      const opened = await under.storage.open(object);
      expect(opened.size).toBe(size);
      expect((await bytesOf(opened.source)).equals(bytes)).toBe(true);
      expect(await under.storage.stat(object)).toEqual({ size });
      if (size === 0) return;
      const end = await under.storage.open(object, { start: size - 1, end: size - 1 });
      expect([end.size, await bytesOf(end.source)]).toEqual([size, bytes.subarray(size - 1)]);
    });

    it.each([1, 6 * MIB])(
      'stores %i bytes of a stream that has properties such as size and start',
      async (size) => {
        const bytes = randomBytes(size);
        const source = Object.assign(Readable.from(inChunks(bytes)), {
          size: 0,
          length: 0,
          start: 0,
          end: 0,
          path: '/',
        });
        const object = key();
        await under.storage.write(object, source);
        expect((await bytesOf((await under.storage.open(object)).source)).equals(bytes)).toBe(true);
      },
    );

    it.each([1, 5 * MIB, 12 * MIB])('leaves nothing of a source that fails after %i bytes', async (size) => {
      const failing = Readable.from(
        (function* () {
          yield* inChunks(randomBytes(size));
          throw new Error('the client went away');
        })(),
      );
      await expect(under.storage.write(key(), failing)).rejects.toThrow('the client went away');
      expect(await under.count()).toBe(0);
    });

    it('opens a range with both ends inclusive, and returns the whole size', async () => {
      const opened = await under.storage.open(await stored(Buffer.from('0123456789')), { start: 3, end: 5 });
      expect(opened.size).toBe(10);
      expect((await bytesOf(opened.source)).toString()).toBe('345');
    });

    it('returns the size of an object, and missing when there is none', async () => {
      expect(await under.storage.stat(await stored(Buffer.from('0123456789')))).toEqual({ size: 10 });
      await expect(under.storage.stat(key())).rejects.toMatchObject({ reason: 'missing' });
    });

    it('keeps objects apart', async () => {
      const keys = await Promise.all(['a', 'b', 'c'].map((text) => stored(Buffer.from(text))));
      const texts = await Promise.all(
        keys.map(async (k) => (await bytesOf((await under.storage.open(k)).source)).toString()),
      );
      expect(texts).toEqual(['a', 'b', 'c']);
    });

    it('rejects with the error of the source, and leaves nothing', async () => {
      const object = key();
      const failing = Readable.from(
        (function* () {
          yield Buffer.alloc(100_000);
          throw new Error('the client went away');
        })(),
      );
      await expect(under.storage.write(object, failing)).rejects.toThrow('the client went away');
      expect(await under.count()).toBe(0);
      await expect(under.storage.open(object)).rejects.toMatchObject({ reason: 'missing' });
    });

    it('reports missing for an unknown key', async () => {
      await expect(under.storage.open(key())).rejects.toBeInstanceOf(StorageError);
      await expect(under.storage.open(key(), { start: 0, end: 1 })).rejects.toMatchObject({
        reason: 'missing',
      });
    });

    it('deletes many at once, and reports what is gone', async () => {
      const kept = await stored(Buffer.from('kept'));
      const gone = await Promise.all(Array.from({ length: 30 }, () => stored(Buffer.from('gone'))));
      const keys = [...gone, key()];
      const { removed, failures } = await under.storage.deleteAll(keys);
      expect([[...removed].sort(), failures]).toEqual([keys.sort(), []]);
      for (const key of keys)
        await expect(under.storage.stat(key)).rejects.toMatchObject({ reason: 'missing' });
      expect(await under.storage.stat(kept)).toEqual({ size: 4 });
    });

    it('deletes, and succeeds when there is nothing to delete', async () => {
      const object = await stored(Buffer.from('x'));
      await under.storage.delete(object);
      await under.storage.delete(object);
      expect(await under.count()).toBe(0);
      await expect(under.storage.open(object)).rejects.toMatchObject({ reason: 'missing' });
    });

    it.each(['', '../x', 'a/b', '..', 'A'.repeat(36), `${crypto.randomUUID()}/../x`])(
      'refuses the key %j',
      async (bad) => {
        await expect(under.storage.write(bad, Readable.from(['x']))).rejects.toThrow();
        await expect(under.storage.open(bad)).rejects.toThrow();
        expect(await under.count()).toBe(0);
      },
    );

    it('passes its check', async () => {
      await expect(under.storage.check()).resolves.toBeUndefined();
    });
  });
}
