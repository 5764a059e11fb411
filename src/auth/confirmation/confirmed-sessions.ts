import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { EntityManager } from 'typeorm';
import type { SessionActor } from '../../common/access/actor.js';
import { fromNow } from '../../common/time.js';
import type { DomainEventOf } from '../../events/domain-event.js';
import { DomainEvents } from '../../events/domain-events.js';
import { SessionsService } from '../sessions/sessions.service.js';

const CONFIRMED_MS = 10 * 60_000;

/** Keeps which sessions are confirmed, and records who confirms one. */
@Injectable()
export class ConfirmedSessions {
  constructor(
    private readonly sessions: SessionsService,
    private readonly events: DomainEvents,
  ) {}

  /** True when the session was opened or confirmed within the last ten minutes. */
  async has({ sessionId }: SessionActor): Promise<boolean> {
    const at = await this.sessions.confirmedAt(sessionId);
    return at !== null && at > fromNow(-CONFIRMED_MS);
  }

  /** Confirms the caller's session for ten minutes. */
  async add(tx: EntityManager, actor: SessionActor): Promise<void> {
    const { userId, sessionId } = actor;
    await this.sessions.confirm(tx, sessionId);
    await this.events.publishIn(tx, { type: 'session.confirmed', actor, userId, sessionId });
  }

  /** The other sessions of the user were not opened with the new factor: they have to be confirmed with it. */
  @OnEvent('factor.added', { suppressErrors: false })
  async endOthers({ actor, userId }: DomainEventOf<'factor.added'>, tx: EntityManager): Promise<void> {
    const own = actor.type === 'session' ? actor.sessionId : '';
    await this.sessions.endConfirmations(tx, userId, own);
  }

  /** Records that a confirmation has failed. */
  async recordRefusal(actor: SessionActor, reason: string): Promise<void> {
    const { userId, sessionId } = actor;
    await this.events.publishRefusal({
      type: 'session.confirmation_refused',
      actor,
      userId,
      sessionId,
      reason,
    });
  }
}
