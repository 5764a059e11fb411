import type { AccessEvents } from './access-events.js';
import type { AuditEvents } from './audit-events.js';
import type { EncryptionEvents } from './encryption-events.js';
import type { EventActor } from './event-actor.js';
import type { FactorEvents } from './factor-events.js';
import type { FileEvents } from './file-events.js';
import type { InvitationEvents } from './invitation-events.js';
import type { KeyEvents } from './key-events.js';
import type { SessionEvents } from './session-events.js';
import type { ShareEvents } from './share-events.js';
import type { SystemEvents } from './system-events.js';
import type { UserEvents } from './user-events.js';

/**
 * All events by type, with their data. Types are in the past tense. Data are plain values: no entities,
 * requests or secrets.
 */
export interface EventMap
  extends
    UserEvents,
    InvitationEvents,
    SessionEvents,
    KeyEvents,
    FactorEvents,
    AccessEvents,
    FileEvents,
    ShareEvents,
    AuditEvents,
    EncryptionEvents,
    SystemEvents {}

export type DomainEventType = keyof EventMap;
export type DomainEventOf<T extends DomainEventType> = EventMap[T] & {
  readonly type: T;
  readonly actor: EventActor;
};

/** An event of any type. */
export type DomainEvent = { [T in DomainEventType]: DomainEventOf<T> }[DomainEventType];

/**
 * The refusal of an action. Nothing has changed, so the client is told of it even when its record cannot be
 * written.
 */
export type RefusalEvent = Extract<
  DomainEvent,
  {
    readonly type:
      | 'access.denied'
      | 'file.download_failed'
      | 'file.refused'
      | 'rate.limited'
      | 'share.denied'
      | 'session.confirmation_refused'
      | 'user.deletion_refused'
      | 'user.password_change_refused'
      | 'user.sign_in_failed';
  }
>;

/** The pattern that matches every event. */
export const EVERY_EVENT = '**';
