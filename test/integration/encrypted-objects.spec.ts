import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { MasterKeys } from '../../src/encryption/master-keys.js';
import { HEADER_BYTES, SEALED_CHUNK_BYTES } from '../../src/encryption/chunked/sizes.js';
import { EncryptedGrowingStorage } from '../../src/files/encryption/encrypted-growing-storage.js';
import type { EncryptedStorage } from '../../src/files/encryption/encrypted-storage.js';
import { BufferPool } from '../../src/files/storage/buffer-pool.js';
import type { GrowingObject, Growth } from '../../src/files/storage/growing-storage.js';
import { MOST_RUNS } from '../../src/files/encryption/segments.js';
import { LocalGrowingStorage } from '../../src/files/storage/local-growing-storage.js';
import { LocalStorage } from '../../src/files/storage/local-storage.js';
import { type ByteRange, StorageError } from '../../src/files/storage/object-storage.js';
import { Encryption, inRuns } from '../support/encrypted-storage.js';

const CHUNK = 16_384;
const MB = 1_000_000;

describe('encrypted objects', () => {
  let encryption: Encryption;
  let root: string;
  let pool: BufferPool;
  let storage: EncryptedStorage;
  let growing: EncryptedGrowingStorage;
  beforeAll(async () => void (encryption = await Encryption.open()));
  afterAll(() => encryption.database.close());
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'objects-'));
    pool = new BufferPool(256 * 1024, 4);
    const stored = new LocalStorage(root);
    storage = encryption.storage(stored, pool);
    growing = encryption.growing(new LocalGrowingStorage(root, stored));
    await storage.prepare();
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const newKey = () => Promise.resolve(crypto.randomUUID());
  const pathOf = (key: string) => join(root, 'blobs', key.slice(-2), key);
  const stored = async (bytes: Buffer) => {
    const key = crypto.randomUUID();
    await storage.write(key, Readable.from([bytes]));
    return key;
  };
  /** All that can be read before the first error, and whether there was one. Nothing stays on loan. */
  const read = async (key: string, range?: ByteRange) => {
    const pieces: Buffer[] = [];
    try {
      const { source } = await storage.open(key, range);
      try {
        for (let chunk = await source.next(); chunk !== null; chunk = await source.next()) {
          pieces.push(Buffer.from(chunk.bytes));
          chunk.giveBack();
        }
      } catch (error) {
        await expect(source.next()).rejects.toBe(error);
        throw error;
      } finally {
        await source.close();
      }
    } catch (error) {
      expect(error).toBeInstanceOf(StorageError);
      expect(pool.lent).toBe(0);
      return { bytes: Buffer.concat(pieces), failure: (error as StorageError).reason };
    }
    expect(pool.lent).toBe(0);
    return { bytes: Buffer.concat(pieces), failure: null };
  };
  const flip = async (key: string, at: number) => {
    const bytes = await readFile(pathOf(key));
    bytes[at]! ^= 1 << (at % 8);
    await writeFile(pathOf(key), bytes);
  };
  const sql = (text: string, ...values: string[]) =>
    encryption.database.writing.query<Record<string, string>[]>(text, values);

  it('finds one flipped bit in the header, in each chunk and in each tag, whole and in ranges', async () => {
    const plain = randomBytes(MB);
    const key = await stored(plain);
    const chunks = Math.floor(MB / CHUNK) + 1;
    for (const at of [0, 23, 24, 55]) {
      await flip(key, at);
      expect(await read(key)).toEqual({ bytes: Buffer.alloc(0), failure: 'damaged' });
      for (const start of [0, 5 * CHUNK, MB - 1])
        expect(await read(key, { start, end: MB - 1 })).toEqual({
          bytes: Buffer.alloc(0),
          failure: 'damaged',
        });
      await flip(key, at);
    }
    for (let chunk = 0; chunk < chunks; chunk++) {
      const begin = HEADER_BYTES + chunk * SEALED_CHUNK_BYTES;
      const end = Math.min(begin + SEALED_CHUNK_BYTES, HEADER_BYTES + MB + chunks * 16);
      const [start, last] = [chunk * CHUNK, Math.min(chunk * CHUNK + CHUNK, MB) - 1];
      for (const at of [begin + ((chunk * 37) % (end - begin - 16)), end - 1 - (chunk % 16)]) {
        await flip(key, at);
        const whole = await read(key);
        expect(whole.failure).toBe('damaged');
        expect(whole.bytes.length).toBeLessThanOrEqual(start);
        expect(whole.bytes.equals(plain.subarray(0, whole.bytes.length))).toBe(true);
        for (const range of [
          { start, end: start },
          { start: last, end: last },
          { start: Math.max(0, start - 1), end: Math.min(last + 1, MB - 1) },
        ])
          expect(await read(key, range)).toEqual({ bytes: Buffer.alloc(0), failure: 'damaged' });
        // Chunks beside it can still be read.
        if (start > 0) {
          const before = { start: start - CHUNK, end: start - 1 };
          expect((await read(key, before)).bytes.equals(plain.subarray(start - CHUNK, start))).toBe(true);
        }
        await flip(key, at);
      }
    }
    expect((await read(key)).bytes.equals(plain)).toBe(true);
  });

  it('reads any range of any size', async () => {
    for (const size of [1, CHUNK - 1, CHUNK, CHUNK + 1, 16 * CHUNK, 16 * CHUNK + 1, 40 * CHUNK]) {
      const plain = randomBytes(size);
      const key = await stored(plain);
      for (let round = 0; round < 20; round++) {
        const [start = 0, end = 0] = [randomBelow(size), randomBelow(size)].sort((a, b) => a - b);
        expect((await read(key, { start, end })).bytes.equals(plain.subarray(start, end + 1))).toBe(true);
      }
    }
  });

  it('refuses an object that was cut, extended or exchanged', async () => {
    const [one, other] = [await stored(randomBytes(3 * CHUNK)), await stored(randomBytes(3 * CHUNK))];
    const [bytes, foreign] = [await readFile(pathOf(one)), await readFile(pathOf(other))];
    for (const wrong of [
      bytes.subarray(0, -16),
      bytes.subarray(0, HEADER_BYTES + SEALED_CHUNK_BYTES),
      bytes.subarray(0, 10),
      Buffer.alloc(0),
      Buffer.concat([bytes, Buffer.alloc(16)]),
      foreign,
      Buffer.concat([bytes.subarray(0, HEADER_BYTES), foreign.subarray(HEADER_BYTES)]),
    ]) {
      await writeFile(pathOf(one), wrong);
      for (const range of [undefined, { start: 0, end: 0 }, { start: CHUNK, end: 2 * CHUNK }])
        expect(await read(one, range)).toEqual({ bytes: Buffer.alloc(0), failure: 'damaged' });
      if (wrong.length !== bytes.length)
        await expect(storage.stat(one)).rejects.toMatchObject({ reason: 'damaged' });
    }
  });

  it('refuses exchanged chunks', async () => {
    const key = await stored(randomBytes(3 * CHUNK));
    const bytes = await readFile(pathOf(key));
    const chunk = (n: number) =>
      bytes.subarray(HEADER_BYTES + n * SEALED_CHUNK_BYTES, HEADER_BYTES + (n + 1) * SEALED_CHUNK_BYTES);
    const header = bytes.subarray(0, HEADER_BYTES);
    await writeFile(pathOf(key), Buffer.concat([header, chunk(1), chunk(0), chunk(2), chunk(3)]));
    expect((await read(key)).failure).toBe('damaged');
    expect((await read(key, { start: 2 * CHUNK, end: 2 * CHUNK })).failure).toBeNull();
  });

  it('refuses the key of another object, a changed row, and a row without a key', async () => {
    const [one, other] = [await stored(randomBytes(10)), await stored(randomBytes(10))];
    const rows = await sql('SELECT * FROM content_keys WHERE blob_key IN (?, ?)', one, other);
    const rowOf = (key: string) => rows.find(({ blob_key: blobKey }) => blobKey === key)!;
    const update = (wrapped: string, segments: string) =>
      sql('UPDATE content_keys SET wrapped = ?, segments = ? WHERE blob_key = ?', wrapped, segments, one);
    await update(rowOf(other).wrapped!, rowOf(other).segments!);
    expect((await read(one)).failure).toBe('damaged');
    await writeFile(pathOf(one), await readFile(pathOf(other)));
    expect((await read(one)).failure).toBe('damaged');
    await update(rowOf(one).wrapped!, '[[11,1]]');
    expect((await read(one)).failure).toBe('damaged');
    await update('v1.', rowOf(one).segments!);
    expect((await read(one)).failure).toBe('damaged');
    await sql('DELETE FROM content_keys WHERE blob_key = ?', one);
    expect((await read(one)).failure).toBe('missing');
  });

  it('leaves no key behind when an object is deleted or not completed', async () => {
    const before = (await encryption.kept()).length;
    const keys = [
      await stored(randomBytes(10)),
      await stored(randomBytes(10)),
      await stored(randomBytes(10)),
    ];
    await storage.delete(keys[0]!);
    await storage.deleteAll(keys.slice(1));
    const failing = Readable.from(
      (function* () {
        yield randomBytes(100_000);
        throw new Error('gone');
      })(),
    );
    await expect(storage.write(crypto.randomUUID(), failing)).rejects.toThrow('gone');
    expect((await encryption.kept()).length).toBe(before);
  });

  describe('that grow', () => {
    const grown = async (growth: Growth, work: (object: GrowingObject) => Promise<Growth>) => {
      const object = await growing.open(JSON.parse(JSON.stringify(growth)) as Growth, false, newKey);
      try {
        return await work(object);
      } finally {
        await object.close();
      }
    };
    const settled = (growth: Growth, bytes: Buffer) =>
      grown(growth, async (object) => {
        await object.append(bytes);
        return object.settle();
      });
    const segmentsOf = ({ state }: Growth) => (state as { segments: unknown }).segments;

    it('go on in a new segment after each record, of which equal ones are counted', async () => {
      const plain = randomBytes(5 * CHUNK);
      let growth = growing.begin(await newKey());
      for (let part = 0; part < 5; part++)
        growth = await settled(growth, plain.subarray(part * CHUNK, (part + 1) * CHUNK));
      expect(segmentsOf(growth)).toEqual([[CHUNK, 5]]);
      const { keys } = await growing.finish(growth, newKey);
      expect((await read(keys[0])).bytes.equals(plain)).toBe(true);
      for (let round = 0; round < 50; round++) {
        const [start = 0, end = 0] = [randomBelow(plain.length), randomBelow(plain.length)].sort(
          (a, b) => a - b,
        );
        expect((await read(keys[0], { start, end })).bytes.equals(plain.subarray(start, end + 1))).toBe(true);
      }
    });

    it.each([0, 1, 16, 55, 56, 72, 1000, CHUNK])(
      'go on after a process ended %i bytes after a chunk, and never encrypt twice in one place',
      async (more) => {
        const plain = randomBytes(6 * CHUNK + 5);
        const first = await settled(growing.begin(await newKey()), plain.subarray(0, 100));
        const cut = await grown(first, async (object) => {
          await object.append(plain.subarray(100, 100 + 2 * CHUNK + more));
          const recorded = await object.checkpoint();
          await object.append(randomBytes(CHUNK));
          return recorded;
        });
        const kept = 100 + CHUNK * Math.floor((2 * CHUNK + more) / CHUNK);
        expect(cut.size).toBe(kept);
        const again = await grown(cut, async (object) => {
          await object.append(plain.subarray(kept, kept + more));
          return object.checkpoint();
        });
        const growth = await settled(again, plain.subarray(again.size));
        const { keys } = await growing.finish(growth, newKey);
        expect((await read(keys[0])).bytes.equals(plain)).toBe(true);
        for (let at = 0; at < plain.length; at += 997)
          expect((await read(keys[0], { start: at, end: at })).bytes).toEqual(plain.subarray(at, at + 1));
        const headers = new Set(
          await Promise.all(
            growth.keys.map(async (key) => (await readFile(pathOf(key))).subarray(0, 24).toString('hex')),
          ),
        );
        expect(headers.size).toBe(growth.keys.length);
      },
    );

    it('keep whole chunks when the storage is full in the middle of one', async () => {
      const plain = randomBytes(4 * CHUNK);
      const stored = new LocalGrowingStorage(root, new LocalStorage(root));
      let room = 2.5 * CHUNK;
      const open = stored.open.bind(stored);
      stored.open = async (...given) => {
        const object = await open(...given);
        const append = object.append.bind(object);
        object.append = async (bytes) => {
          await append(bytes.subarray(0, Math.min(bytes.length, room)));
          room -= bytes.length;
          if (room < 0) throw new StorageError('full');
        };
        return object;
      };
      const full = encryption.growing(stored);
      const object = await full.open(full.begin(await newKey()), false, newKey);
      await expect(object.append(plain)).rejects.toMatchObject({ reason: 'full' });
      const growth = await object.settle();
      await object.close();
      expect(growth.size).toBe(2 * CHUNK);
      const { keys } = await full.finish(growth, newKey);
      expect((await read(keys[0])).bytes.equals(plain.subarray(0, 2 * CHUNK))).toBe(true);
      room = Infinity;
      const whole = await growing.finish(await settled(growth, plain.subarray(2 * CHUNK)), newKey);
      expect((await read(whole.keys[0])).bytes.equals(plain)).toBe(true);
    });

    it('take 10,000 runs of parts of changing sizes, and no further one', async () => {
      const plain = randomBytes(250);
      const first = await settled(growing.begin(await newKey()), plain.subarray(0, 100));
      const growth = await settled(inRuns(first, 9_999), plain.subarray(100));
      expect(segmentsOf(growth)).toHaveLength(MOST_RUNS);
      const before = await readFile(pathOf(growth.keys[0]));
      for (let again = 0; again < 2; again++)
        await expect(growing.open(growth, false, newKey)).rejects.toMatchObject({ reason: 'scattered' });
      expect(await readFile(pathOf(growth.keys[0]))).toEqual(before);
      const { keys } = await growing.finish(growth, newKey);
      expect((await read(keys[0])).bytes).toEqual(plain);
      expect((await read(keys[0], { start: 90, end: 110 })).bytes).toEqual(plain.subarray(90, 111));
    });

    it('take one run for each time they are opened, however often they are recorded meanwhile', async () => {
      const growth = await settled(growing.begin(await newKey()), randomBytes(100));
      const recorded = await grown(growth, async (object) => {
        for (let checkpoint = 0; checkpoint < 5; checkpoint++) {
          await object.append(randomBytes(CHUNK + 1));
          expect(segmentsOf(await object.checkpoint())).toHaveLength(2);
        }
        return object.settle();
      });
      expect(segmentsOf(recorded)).toEqual([
        [100, 1],
        [5 * CHUNK + 5, 1],
      ]);
    });

    it('refuse exchanged segments, and segments that were changed in the row', async () => {
      let growth = growing.begin(await newKey());
      for (let part = 0; part < 2; part++) growth = await settled(growth, randomBytes(100));
      const { keys } = await growing.finish(growth, newKey);
      const bytes = await readFile(pathOf(keys[0]));
      const middle = bytes.length / 2;
      await writeFile(pathOf(keys[0]), Buffer.concat([bytes.subarray(middle), bytes.subarray(0, middle)]));
      for (const range of [undefined, { start: 0, end: 0 }, { start: 150, end: 150 }])
        expect(await read(keys[0], range)).toEqual({ bytes: Buffer.alloc(0), failure: 'damaged' });
      await writeFile(pathOf(keys[0]), bytes.subarray(middle));
      await sql('UPDATE content_keys SET segments = ? WHERE blob_key = ?', '[[100,1]]', keys[0]);
      expect((await read(keys[0])).failure).toBe('damaged');
    });

    it('are recorded under the first key by whoever holds them: rekey may seal their rows meanwhile', async () => {
      const [old, current] = [createSecretKey(randomBytes(32)), createSecretKey(randomBytes(32))];
      const stored = new LocalGrowingStorage(root, new LocalStorage(root));
      const under = (...keys: [KeyObject, ...KeyObject[]]) =>
        new EncryptedGrowingStorage(stored, encryption.keys, MasterKeys.of(keys)!.sealer('upload key'));
      const plain = randomBytes(3 * CHUNK);
      const before = under(old).begin(await newKey());
      const holder = await under(current, old).open(before, false, newKey);
      await holder.append(plain);
      const growth = await holder.settle();
      await holder.close();
      const finished = await under(current, old).finish(
        { ...growth, state: { ...growth.state, ...wrappedOf(before) } },
        newKey,
      );
      for (const each of [growth, finished]) {
        const { keys } = await under(current).finish(each, newKey);
        expect((await read(keys[0])).bytes.equals(plain)).toBe(true);
      }
    });

    it('refuse a growth whose key or segments were changed', async () => {
      const growth = await settled(growing.begin(await newKey()), randomBytes(100));
      const other = growing.begin(await newKey());
      const changed = (change: object) => ({ ...growth, state: { ...growth.state, ...change } });
      for (const change of [
        { segments: [] },
        { wrapped: (other.state as { wrapped: string }).wrapped },
        { boundTo: other.keys[0] },
      ])
        await expect(growing.open(changed(change), false, newKey)).rejects.toMatchObject({
          reason: 'damaged',
        });
    });
  });
});

const wrappedOf = ({ state }: Growth) => ({ wrapped: (state as { wrapped: string }).wrapped });

function randomBelow(limit: number): number {
  return randomBytes(4).readUInt32BE() % limit;
}
