import type { Request } from 'express';
import type { Actor } from '../../common/access/actor.js';

/** One way in which a request shows who is calling. */
export interface Credential<Shown = unknown> {
  /** What the request shows of this kind, not judged yet; null when it shows nothing of it. */
  read(request: Request): Shown | null;

  /** Whom it acts for; null when it is not valid, or no longer. */
  findActor(request: Request, shown: Shown): Promise<Actor | null>;
}
