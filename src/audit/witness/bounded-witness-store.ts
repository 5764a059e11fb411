import { within } from '../../common/within.js';
import { WitnessStore, WitnessUnavailable, WitnessUnreadable } from './witness-store.js';

/**
 * A witness that answers in time or is unavailable. A question without an answer may keep a thread for as long as the volume
 * hangs, so no other is asked meanwhile.
 */
export class BoundedWitnessStore extends WitnessStore {
  #pending = false;

  /** @param limitMs how long one answer may take. */
  constructor(
    private readonly store: WitnessStore,
    private readonly limitMs: number,
  ) {
    super();
  }

  /** @throws WitnessUnavailable, WitnessUnreadable. */
  override fetch(): Promise<string | null> {
    return this.#ask(() => this.store.fetch());
  }

  /** @throws WitnessUnavailable, WitnessUnreadable. */
  override replace(read: string | null, next: string): Promise<boolean> {
    return this.#ask(() => this.store.replace(read, next));
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    if (this.#pending) throw new WitnessUnavailable(new Error('it still owes an answer'));
    this.#pending = true;
    const answer = question().finally(() => (this.#pending = false));
    try {
      return await within(this.limitMs, answer);
    } catch (error) {
      throw error instanceof WitnessUnreadable ? error : new WitnessUnavailable(error);
    }
  }
}
