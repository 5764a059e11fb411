import { setTimeout as delay } from 'node:timers/promises';
import { WitnessStore, WitnessUnavailable, WitnessUnreadable } from './witness-store.js';

const LATE = Symbol('late');

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
    if (this.#pending) throw this.#late();
    this.#pending = true;
    const answer = question().finally(() => (this.#pending = false));
    const timer = new AbortController();
    const expiry = delay(this.limitMs, LATE, { signal: timer.signal });
    expiry.catch(() => undefined);
    try {
      const first = await Promise.race([answer, expiry]);
      if (first !== LATE) return first;
    } catch (error) {
      throw error instanceof WitnessUnreadable ? error : new WitnessUnavailable(error);
    } finally {
      timer.abort();
    }
    throw this.#late();
  }

  #late(): WitnessUnavailable {
    return new WitnessUnavailable(new Error(`no answer within ${this.limitMs} ms`));
  }
}
