import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readCheckpoint } from '../../src/audit/merkle/checkpoint.js';
import type { WitnessStore } from '../../src/audit/witness/witness-store.js';
import { SmallLog } from '../support/small-log.js';

/** For a longer run: `WITNESS_ADVANCES=1000`. */
const ADVANCES = Number(process.env.WITNESS_ADVANCES ?? 30);

interface Place {
  /** The view of another process on the same place. */
  open(): WitnessStore;
  dispose(): Promise<void>;
}

/** The contract of `WitnessStore`, which every adapter must pass. */
export function witnessStoreContract(name: string, create: () => Promise<Place>): void {
  describe(`${name} is a witness store`, () => {
    const log = new SmallLog().add(...Array.from({ length: 2 * ADVANCES }, () => null));
    const noteOf = (size: number) => log.checkpoint(size);
    const sizeOf = (note: string | null) => (note === null ? 0 : readCheckpoint(note)!.size);
    const put = (store: WitnessStore, read: string | null, next: string) =>
      read === null ? store.create(next) : store.replace(read, next);
    let place: Place;
    beforeEach(async () => void (place = await create()));
    afterEach(() => place.dispose());

    it('is empty at first, then returns the note that replaced the last one, to every process', async () => {
      const [one, other] = [place.open(), place.open()];
      expect(await one.fetch()).toBeNull();
      expect(await one.create(noteOf(1))).toBe(true);
      expect(await other.fetch()).toBe(noteOf(1));
      expect(await other.replace(noteOf(1), noteOf(2))).toBe(true);
      expect(await one.fetch()).toBe(noteOf(2));
      expect(await place.open().fetch()).toBe(noteOf(2));
    });

    it('replaces only the note that was read', async () => {
      const store = place.open();
      await store.create(noteOf(1));
      await store.replace(noteOf(1), noteOf(2));
      expect(await store.create(noteOf(4))).toBe(false);
      for (const read of [noteOf(1), noteOf(3)]) expect(await store.replace(read, noteOf(4))).toBe(false);
      expect(await store.fetch()).toBe(noteOf(2));
    });

    it('lets one of many parallel replacements of the same note succeed', async () => {
      const stores = Array.from({ length: 10 }, () => place.open());
      for (let size = 0; size < 5; size++) {
        const read = await stores[0]!.fetch();
        const replaced = await Promise.all(stores.map((store) => put(store, read, noteOf(size + 1))));
        expect(replaced.filter(Boolean)).toHaveLength(1);
      }
    });

    it('loses no advance and never goes back while three processes advance in parallel', async () => {
      let advances = 0;
      const advance = async (store: WitnessStore): Promise<void> => {
        for (let seen = 0; advances < ADVANCES;) {
          const read = await store.fetch();
          expect(sizeOf(read)).toBeGreaterThanOrEqual(seen);
          seen = sizeOf(read);
          if (await put(store, read, noteOf(seen + 1))) advances++;
        }
      };
      await Promise.all(Array.from({ length: 3 }, () => advance(place.open())));
      // A note that was replaced immediately may have been reported as not kept.
      expect(sizeOf(await place.open().fetch())).toBeGreaterThanOrEqual(advances);
    });
  });
}
