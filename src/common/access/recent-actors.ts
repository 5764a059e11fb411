import type { Actor, Remembered } from './actor.js';
import { ReadThroughCache } from '../read-through-cache.js';

/** What ends on another process has to end here within 5 s: a second of them is for the request that is under way. */
const TTL_MS = 4000;

/** A caller, until the session or key behind them is over. */
export interface RecentActor<A extends Actor> {
  readonly actor: Remembered<A>;
  /** Milliseconds since the epoch; `Infinity` when there is no such time. */
  readonly expiresAt: number;
}

/**
 * Callers by what they show, as the database had them at most 4 s ago. `null` is one that is refused, remembered as
 * briefly. What reads them must ask the database and no other memory, or the two times would add up.
 */
export class RecentActors<A extends Actor> extends ReadThroughCache<RecentActor<A> | null> {
  constructor(max: number, load: (key: string) => Promise<RecentActor<A> | null>) {
    super({ max, ttlMs: TTL_MS, isOver: (known) => known !== null && known.expiresAt <= Date.now() }, load);
  }

  /** Makes the next request of the user ask the database; to be called after a change to the user has committed. */
  forgetUser(userId: string): void {
    this.forgetWhere((known) => known?.actor.userId === userId);
  }
}
