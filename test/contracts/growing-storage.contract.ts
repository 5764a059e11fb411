import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { GrowingObject, GrowingStorage, Growth } from '../../src/files/storage/growing-storage.js';
import type { ObjectStorage } from '../../src/files/storage/object-storage.js';
import { bytesOf } from '../support/bytes-of.js';

export interface GrowingStorageUnderTest {
  readonly growing: GrowingStorage;
  /** The same place, for complete objects. */
  readonly storage: ObjectStorage;
  /** The number of objects in the storage, complete or partial. */
  count(): Promise<number>;
  dispose(): Promise<void>;
}

const MIB = 1024 * 1024;

/** Sizes on both sides of the limits of an S3 part. */
const SIZES = [1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 12 * MIB + 1];

/** The contract of GrowingStorage, which every adapter must pass. */
export function growingStorageContract(name: string, create: () => Promise<GrowingStorageUnderTest>): void {
  describe(`GrowingStorage contract: ${name}`, () => {
    let under: GrowingStorageUnderTest;
    let keys: Set<string>;
    beforeEach(async () => {
      under = await create();
      await under.storage.prepare();
      keys = new Set();
    });
    afterEach(() => under.dispose());

    const newKey = () => {
      const key = crypto.randomUUID();
      keys.add(key);
      return Promise.resolve(key);
    };
    const begun = async () => under.growing.begin(await newKey());
    const opened = (growth: Growth, disputed = false) =>
      under.growing.open(recorded(growth), disputed, newKey);
    const finished = async (growth: Growth) => {
      const whole = await under.growing.finish(recorded(growth), newKey);
      const { size, source } = await under.storage.open(whole.keys[0]);
      return { whole, size, bytes: await bytesOf(source) };
    };
    /** Appends `bytes` to what was recorded. */
    const grown = async (growth: Growth, bytes: Buffer, disputed = false) => {
      const object = await opened(growth, disputed);
      await appendAll(object, bytes);
      const next = await object.settle();
      await object.close();
      return next;
    };

    it.each(SIZES)('makes an object of %i bytes that came at once', async (size) => {
      const bytes = randomBytes(size);
      const growth = await grown(await begun(), bytes);
      expect(growth.size).toBe(size);
      const object = await finished(growth);
      expect([object.size, object.bytes.equals(bytes)]).toEqual([size, true]);
    });

    it.each(SIZES)('makes an object of %i bytes that came in random pieces', async (size) => {
      const bytes = randomBytes(size);
      let growth = await begun();
      while (growth.size < size)
        growth = await grown(
          growth,
          bytes.subarray(growth.size, growth.size + 1 + (randomBytes(3).readUIntBE(0, 3) % (4 * MIB))),
        );
      const object = await finished(growth);
      expect([object.size, object.bytes.equals(bytes)]).toEqual([size, true]);
    });

    it('forgets what was appended and not recorded', async () => {
      const bytes = randomBytes(7 * MIB);
      const first = await grown(await begun(), bytes.subarray(0, MIB));
      const lost = await opened(first);
      await appendAll(lost, randomBytes(9 * MIB));
      await lost.settle();
      await lost.close();
      const object = await finished(await grown(first, bytes.subarray(MIB)));
      expect(object.bytes.equals(bytes)).toBe(true);
    });

    it('counts nothing at a checkpoint that is not safe, and goes on from it', async () => {
      const bytes = randomBytes(13 * MIB);
      const object = await opened(await begun());
      await appendAll(object, bytes);
      const growth = await object.checkpoint();
      // Two parts of a bucket, whose ciphertext is a little longer.
      expect(growth.size).toBeGreaterThan(9.9 * MIB);
      await object.close();
      expect((await finished(await grown(growth, bytes.subarray(growth.size)))).bytes.equals(bytes)).toBe(
        true,
      );
    });

    it.each([1, 3 * MIB, 6 * MIB])(
      'lets an earlier writer spoil nothing, when %i bytes were recorded before',
      async (size) => {
        const bytes = randomBytes(14 * MIB);
        const before = await grown(await begun(), bytes.subarray(0, size));
        const earlier = await opened(before);
        await appendAll(earlier, randomBytes(6 * MIB));
        const later = await opened(before, true);
        const recordedFirst = later.growth;
        await appendAll(later, bytes.subarray(size, 8 * MIB));
        await appendAll(earlier, randomBytes(6 * MIB));
        await earlier.settle();
        const middle = await later.settle();
        await later.close();
        const growth = await grown(middle, bytes.subarray(middle.size));
        await appendAll(earlier, randomBytes(6 * MIB));
        await earlier.settle();
        await earlier.close();
        expect(recordedFirst.size).toBe(size);
        expect((await finished(growth)).bytes.equals(bytes)).toBe(true);
      },
    );

    it('survives disputes one after another, each before the first byte', async () => {
      const bytes = randomBytes(11 * MIB);
      let growth = await begun();
      for (let dispute = 0; dispute < 3; dispute++) {
        const object = await opened(growth, true);
        growth = object.growth;
        await object.close();
      }
      for (const end of [4 * MIB, 11 * MIB])
        growth = await grown(growth, bytes.subarray(growth.size, end), true);
      expect((await finished(growth)).bytes.equals(bytes)).toBe(true);
    });

    it.each([1, 12 * MIB])('finishes %i bytes as often as it is asked', async (size) => {
      const bytes = randomBytes(size);
      const growth = await grown(await begun(), bytes);
      const once = await finished(growth);
      const again = await finished(growth);
      const after = await finished(once.whole);
      for (const { bytes: found } of [once, again, after]) expect(found.equals(bytes)).toBe(true);
    });

    it('has nothing of an object without bytes', async () => {
      await begun();
      expect(await under.count()).toBe(0);
    });

    it('has all that it stores under keys that it was given, and nothing once they are deleted', async () => {
      let growth = await grown(await begun(), randomBytes(6 * MIB));
      growth = await grown(growth, randomBytes(2 * MIB));
      growth = await grown(growth, randomBytes(2 * MIB), true);
      for (const key of growth.keys) expect(keys).toContain(key);
      expect((await under.storage.deleteAll([...keys])).failures).toEqual([]);
      expect(await under.count()).toBe(0);
    });
  });
}

/** As it comes back from a row. */
function recorded(growth: Growth): Growth {
  return JSON.parse(JSON.stringify(growth)) as Growth;
}

/** In pieces, like a request. The memory is used again for the next piece. */
async function appendAll(object: GrowingObject, bytes: Buffer): Promise<void> {
  const piece = Buffer.alloc(65_536);
  for (let at = 0; at < bytes.length; at += piece.length) {
    const length = bytes.copy(piece, 0, at);
    await object.append(piece.subarray(0, length));
  }
}
