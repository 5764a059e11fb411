import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readCheckpoint } from '../../src/audit/merkle/checkpoint.js';
import type { WitnessStore } from '../../src/audit/witness/witness-store.js';
import { SmallLog } from '../support/small-log.js';

interface Place {
  /** The view of another process on the same place. */
  open(): WitnessStore;
  dispose(): Promise<void>;
}

/** The contract of `WitnessStore`, which every adapter must pass. */
export function witnessStoreContract(name: string, create: () => Promise<Place>): void {
  describe(`${name} is a witness store`, () => {
    const log = new SmallLog().add(...Array.from({ length: 100 }, () => null));
    const noteOf = (size: number) => log.checkpoint(size);
    const sizeOf = (note: string | null) => (note === null ? 0 : readCheckpoint(note)!.size);
    let place: Place;
    beforeEach(async () => void (place = await create()));
    afterEach(() => place.dispose());

    it('is empty at first, then returns the note that replaced the last one, to every process', async () => {
      const [one, other] = [place.open(), place.open()];
      expect(await one.fetch()).toBeNull();
      expect(await one.replace(null, noteOf(1))).toBe(true);
      expect(await other.fetch()).toBe(noteOf(1));
      expect(await other.replace(noteOf(1), noteOf(2))).toBe(true);
      expect(await one.fetch()).toBe(noteOf(2));
      expect(await place.open().fetch()).toBe(noteOf(2));
    });

    it('replaces only the note that was read', async () => {
      const store = place.open();
      await store.replace(null, noteOf(1));
      await store.replace(noteOf(1), noteOf(2));
      for (const read of [null, noteOf(1), noteOf(3)])
        expect(await store.replace(read, noteOf(4))).toBe(false);
      expect(await store.fetch()).toBe(noteOf(2));
    });

    it('lets one of many parallel replacements of the same note succeed', async () => {
      const stores = Array.from({ length: 10 }, () => place.open());
      for (let size = 0; size < 5; size++) {
        const read = await stores[0]!.fetch();
        const replaced = await Promise.all(stores.map((store) => store.replace(read, noteOf(size + 1))));
        expect(replaced.filter(Boolean)).toHaveLength(1);
      }
    });

    it('loses no replacement when many processes replace what they have read', async () => {
      let replacements = 0;
      const work = async (store: WitnessStore): Promise<void> => {
        for (let done = 0; done < 10;) {
          const read = await store.fetch();
          if (!(await store.replace(read, noteOf(sizeOf(read) + 1)))) continue;
          done++;
          replacements++;
        }
      };
      await Promise.all(Array.from({ length: 8 }, () => work(place.open())));
      // A note that was replaced immediately may have been reported as not kept.
      expect(sizeOf(await place.open().fetch())).toBeGreaterThanOrEqual(replacements);
      expect(replacements).toBe(80);
    }, 60_000);
  });
}
