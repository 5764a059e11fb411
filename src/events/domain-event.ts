import type { AccessEvents } from './access-events.js';
import type { AuditEvents } from './audit-events.js';
import type { EventActor } from './event-actor.js';
import type { FileEvents } from './file-events.js';
import type { KeyEvents } from './key-events.js';
import type { SessionEvents } from './session-events.js';
import type { SystemEvents } from './system-events.js';
import type { UserEvents } from './user-events.js';

/** Everything that can happen, by type, with what is said of it: past tense, plain values; no entities, requests or secrets. */
export interface EventMap
  extends UserEvents, SessionEvents, KeyEvents, AccessEvents, FileEvents, AuditEvents, SystemEvents {}

export type DomainEventType = keyof EventMap;
export type DomainEventOf<T extends DomainEventType> = EventMap[T] & {
  readonly type: T;
  readonly actor: EventActor;
};

/** Something that has happened, and that somebody must learn of. */
export type DomainEvent = { [T in DomainEventType]: DomainEventOf<T> }[DomainEventType];

/** The wildcard that listens to every event. */
export const EVERY_EVENT = '**';
