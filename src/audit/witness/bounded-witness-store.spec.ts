import { describe, expect, it } from '@jest/globals';
import { BoundedWitnessStore } from './bounded-witness-store.js';
import { WitnessStore, WitnessUnavailable, WitnessUnreadable } from './witness-store.js';

/** A store that answers when the test tells it to. */
class SlowStore extends WitnessStore {
  asked = 0;
  answer: (note: string | Error) => void = () => undefined;

  override fetch(): Promise<string> {
    this.asked++;
    return new Promise((resolve, reject) => {
      this.answer = (note) => (typeof note === 'string' ? resolve(note) : reject(note));
    });
  }

  override create(): Promise<boolean> {
    this.asked++;
    return Promise.resolve(true);
  }

  override replace(): Promise<boolean> {
    this.asked++;
    return Promise.resolve(true);
  }
}

describe('BoundedWitnessStore', () => {
  it('is unavailable after its time limit, and calls nothing more before an answer', async () => {
    const slow = new SlowStore();
    const store = new BoundedWitnessStore(slow, 50);
    await expect(store.fetch()).rejects.toThrow('the witness cannot be reached: no answer within 50 ms');
    await expect(store.replace('read', 'note')).rejects.toBeInstanceOf(WitnessUnavailable);
    await expect(store.create('note')).rejects.toBeInstanceOf(WitnessUnavailable);
    expect(slow.asked).toBe(1);
    slow.answer('late');
    await Promise.resolve();
    await expect(store.replace('read', 'note')).resolves.toBe(true);
    await expect(store.create('note')).resolves.toBe(true);
    const answered = store.fetch();
    slow.answer('note');
    await expect(answered).resolves.toBe('note');
  });

  it('reports every failure as unavailable, except unreadable notes', async () => {
    const slow = new SlowStore();
    const store = new BoundedWitnessStore(slow, 1000);
    const failing = store.fetch();
    slow.answer(new Error('ENOTDIR'));
    await expect(failing).rejects.toThrow('the witness cannot be reached: ENOTDIR');
    const nonsense = store.fetch();
    slow.answer(new WitnessUnreadable('witness/1'));
    await expect(nonsense).rejects.toBeInstanceOf(WitnessUnreadable);
  });
});
