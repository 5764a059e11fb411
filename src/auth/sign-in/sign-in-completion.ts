import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { RequestContext } from '../../common/access/request-context.js';
import { errors } from '../../common/refusals/errors.js';
import { byAnonymous, byUser } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import type { DomainEventOf } from '../../events/domain-event.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import type { User } from '../../users/user.entity.js';
import { SessionIssuer, type SignIn } from '../sessions/session-issuer.js';

type Failure = DomainEventOf<'user.sign_in_failed'>['reason'];

/** The end of every sign-in: a session, or a recorded refusal. */
@Injectable()
export class SignInCompletion {
  constructor(
    private readonly issuer: SessionIssuer,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Opens a session for a user who has shown who they are. Null when the password or the factors have changed since
   * `user` was read, or the user was disabled.
   * @param amr how they have shown it (RFC 8176).
   */
  async open(
    tx: EntityManager,
    user: User,
    request: RequestContext,
    amr: readonly string[],
  ): Promise<SignIn | null> {
    const current = await findUserForUpdate(tx, user.id);
    if (current?.passwordHash !== user.passwordHash || current.disabledAt !== null) return null;
    if (current.factors > 0 && !amr.includes('mfa')) return null;
    const signIn = await this.issuer.open(tx, current, request, amr);
    await this.events.publishIn(tx, {
      type: 'user.signed_in',
      actor: byUser(user.id, request),
      userId: user.id,
      sessionId: signIn.sessionId,
      newDevice: signIn.newDevice,
    });
    return signIn;
  }

  /** Records that a sign-in has failed. */
  async fail(
    request: RequestContext,
    email: string | null,
    user: User | null,
    reason: Failure,
  ): Promise<void> {
    await this.events.publishRefusal({
      type: 'user.sign_in_failed',
      actor: byAnonymous(request),
      userId: user?.id ?? null,
      email,
      reason,
    });
  }

  /** Records that a sign-in has failed for its password, and refuses it. */
  async refuse(request: RequestContext, email: string, user: User | null, reason: Failure): Promise<never> {
    await this.fail(request, email, user, reason);
    throw reason === 'account_disabled' ? errors.accountDisabled() : errors.invalidCredentials();
  }
}
