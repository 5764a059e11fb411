import type { DomainEventOf, DomainEventType, EventMap } from '../../events/domain-event.js';
import type { Resource } from './resource.js';
import type { Values } from './values.js';

export type Severity = 'info' | 'notice' | 'warning' | 'critical';
export type Outcome = 'success' | 'failure' | 'denied' | 'aborted';

/** What an action is called elsewhere, for exports. */
export interface Codes {
  readonly severity: Severity;
  /** OCSF 1.x class and activity. */
  readonly ocsf: { readonly class: number; readonly activity: number };
  /** Elastic Common Schema `event.category` and `event.type`. */
  readonly ecs: { readonly category: string; readonly type: string };
}

/** Whose trail an entry belongs to, null for nobody's, and what it is about. */
export interface About {
  readonly subject: string | null;
  readonly resource: Resource | null;
}

/** Hides an e-mail that nobody has, as it may be a password; its spellings have one hash. */
export type HashEmail = (email: string) => string;

/** What an event leaves in the trail. */
export interface RecordRow<E> {
  /** The specification's name; names do not change. */
  readonly action: string;
  readonly outcome: Outcome | ((event: E) => Outcome);
  readonly codes: Codes;
  readonly about: (event: E) => About;
  /** What stays for ever in the entry itself: nothing personal. Members in canonical order, which is then not to be made. */
  readonly metadata?: (event: E, hashEmail: HashEmail) => Values;
  /** What stands beside the entry and goes when the person goes; null when there is nothing. */
  readonly personal?: (event: E) => Values | null;
}

/** A row for every event of a noun. */
export type RecordTable<Events extends Partial<EventMap>> = {
  readonly [T in keyof Events & DomainEventType]: RecordRow<DomainEventOf<T>>;
};

/** OCSF's number for an activity that its class does not name. */
export const OTHER = 99;

export function codes(
  severity: Severity,
  [ocsfClass, activity]: readonly [ocsfClass: number, activity: number],
  [category, type]: readonly [category: string, type: string],
): Codes {
  return { severity, ocsf: { class: ocsfClass, activity }, ecs: { category, type } };
}

/** About a user, in that user's trail. */
export function aboutUser({ userId }: { readonly userId: string }): About {
  return { subject: userId, resource: `user:${userId}` };
}
