import { within } from '../../common/within.js';
import { WitnessStore, WitnessUnavailable, WitnessUnreadable } from './witness-store.js';

/**
 * Gives the answer of a witness in time, or WitnessUnavailable. A call without an answer can occupy a thread
 * while a volume hangs, or a connection, so there is only one call at a time.
 */
export class BoundedWitnessStore extends WitnessStore {
  #pending = false;

  /** @param limitMs the time limit for one answer. */
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
  override create(first: string): Promise<boolean> {
    return this.#ask(() => this.store.create(first));
  }

  /** @throws WitnessUnavailable, WitnessUnreadable. */
  override replace(read: string, next: string): Promise<boolean> {
    return this.#ask(() => this.store.replace(read, next));
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    if (this.#pending) throw new WitnessUnavailable(new Error('an earlier call has no answer yet'));
    this.#pending = true;
    const answer = question().finally(() => (this.#pending = false));
    try {
      return await within(this.limitMs, answer);
    } catch (error) {
      throw error instanceof WitnessUnreadable ? error : new WitnessUnavailable(error);
    }
  }
}
