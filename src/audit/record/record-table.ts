import type { DomainEventOf, DomainEventType, EventMap } from '../../events/domain-event.js';
import type { Resource } from './resource.js';
import type { Values } from './values.js';

export type Severity = 'info' | 'notice' | 'warning' | 'critical';
export type Outcome = 'success' | 'failure' | 'denied' | 'aborted';

/** The codes of an action in other schemas, for exports. */
export interface Codes {
  readonly severity: Severity;
  /** OCSF 1.x class and activity. */
  readonly ocsf: { readonly class: number; readonly activity: number };
  /** Elastic Common Schema `event.category` and `event.type`. */
  readonly ecs: { readonly category: string; readonly type: string };
}

/** The user whose trail has the entry (null for none), and the resource of the entry. */
export interface About {
  readonly subject: string | null;
  readonly resource: Resource | null;
}

/**
 * Hashes an e-mail that no user has, because it could be a password. All spellings of one address have the
 * same hash.
 */
export type HashEmail = (email: string) => string;

/** How an event becomes a record. */
export interface RecordRow<E> {
  /** The name in the specification. Names do not change. */
  readonly action: string;
  readonly outcome: Outcome | ((event: E) => Outcome);
  readonly codes: Codes;
  readonly about: (event: E) => About;
  /**
   * What stays in the entry for ever. It must not be personal. Its members are in canonical order, so that
   * they need not be sorted.
   */
  readonly metadata?: (event: E, hashEmail: HashEmail) => Values;
  /** What is stored beside the entry and erased with the user. Null when there is nothing. */
  readonly personal?: (event: E) => Values | null;
}

/** A row for every event of one kind. */
export type RecordTable<Events extends Partial<EventMap>> = {
  readonly [T in keyof Events & DomainEventType]: RecordRow<DomainEventOf<T>>;
};

/** The number in OCSF for an activity that its class does not name. */
export const OTHER = 99;

export function codes(
  severity: Severity,
  [ocsfClass, activity]: readonly [ocsfClass: number, activity: number],
  [category, type]: readonly [category: string, type: string],
): Codes {
  return { severity, ocsf: { class: ocsfClass, activity }, ecs: { category, type } };
}

/** An entry about a user, in that user's trail. */
export function aboutUser({ userId }: { readonly userId: string }): About {
  return { subject: userId, resource: `user:${userId}` };
}
