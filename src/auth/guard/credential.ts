import type { Request } from 'express';
import type { Actor } from '../../common/access/actor.js';

/** A caller whose credential is right. */
export interface Identified {
  readonly actor: Actor;
  /**
   * Uses up what is good only once. Call it when the limits of the caller let the request pass, and before anything is done.
   * Absent when nothing is used up. @throws a refusal when it was used before.
   */
  readonly admit?: () => Promise<void>;
}

/** One kind of credential. */
export interface Credential<Shown = unknown> {
  /** The credential in the request, not verified yet. Null when the request has none of this kind. */
  read(request: Request): Shown | null;

  /** The caller. Null when the credential is invalid or has ended. @throws a refusal that says more to the client. */
  identify(request: Request, shown: Shown): Promise<Identified | null>;
}
