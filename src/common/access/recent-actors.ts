import type { Actor, Remembered } from './actor.js';
import { ReadThroughCache } from '../read-through-cache.js';

/**
 * What ends on another process must stop working here within 5 s. One second of them is left for the request
 * that is running.
 */
const TTL_MS = 4000;

/** A caller, and the time when its session or key expires. */
export interface RecentActor<A extends Actor> {
  readonly actor: Remembered<A>;
  /** Milliseconds since the epoch. `Infinity` when it never expires. */
  readonly expiresAt: number;
}

/**
 * Caches callers by their credential for at most 4 s. `null` is a refused credential, cached for the same
 * time. `load` must read from the database and not from another cache: otherwise the two times would add up.
 */
export class RecentActors<
  A extends Actor,
  R extends RecentActor<A> = RecentActor<A>,
> extends ReadThroughCache<R | null> {
  constructor(max: number, load: (key: string) => Promise<R | null>) {
    super({ max, ttlMs: TTL_MS, isOver: (known) => known !== null && known.expiresAt <= Date.now() }, load);
  }

  /**
   * Makes the next request of the user read from the database. Call it after a change to the user was
   * committed.
   */
  forgetUser(userId: string): void {
    this.forgetWhere((known) => known?.actor.userId === userId);
  }
}
