import { Injectable } from '@nestjs/common';
import { errors } from '../../common/refusals/errors.js';
import type { RequestContext } from '../../common/access/request-context.js';
import { Transactions } from '../../database/transactions.js';
import type { DomainEventOf } from '../../events/domain-event.js';
import { byAnonymous, byUser } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import type { User } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { Passwords } from '../passwords/passwords.js';
import { SessionIssuer, type SignIn } from '../sessions/session-issuer.js';

type Failure = DomainEventOf<'user.sign_in_failed'>['reason'];

/** Lets people in: registration and sign-in. */
@Injectable()
export class SignInService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly issuer: SessionIssuer,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Makes an account and signs it in. E-mail and password are acceptable, as `RegisterInput` has found.
   * @throws `email_taken`, `rate_limited`, `busy`.
   */
  async register(request: RequestContext, email: string, password: string): Promise<SignIn> {
    const hash = await this.passwords.hash(byAnonymous(request), password);
    return this.transactions.run(async (tx) => {
      const user = await this.users.add(tx, email, hash);
      await this.events.publishIn(tx, {
        type: 'user.registered',
        actor: byUser(user.id, request),
        userId: user.id,
        email: user.email,
      });
      return this.issuer.open(tx, user, request);
    });
  }

  /**
   * Signs in; the same answer after the same time whether or not the e-mail is known.
   * A stored hash of another cost is replaced on the way.
   * @throws `invalid_credentials`, `too_many_attempts`, `account_disabled`, `rate_limited`, `busy`.
   */
  async signIn(request: RequestContext, email: string, password: string): Promise<SignIn> {
    const user = await this.#verifyPassword(request, email, password);
    return this.#complete(request, user);
  }

  /** The user whose e-mail and password these are. */
  async #verifyPassword(request: RequestContext, email: string, password: string): Promise<User> {
    const user = await this.users.findByEmail(email);
    const by = byAnonymous(request);
    const attempt = { by, email, userId: user?.id ?? null, sessionId: null };
    const verified = await this.passwords.verify(attempt, password, user?.passwordHash ?? null);
    if (user === null) return this.#refuse(request, email, null, 'unknown_email');
    if (!verified) return this.#refuse(request, email, user, 'wrong_password');
    if (user.disabledAt !== null) return this.#refuse(request, email, user, 'account_disabled');
    const passwordHash = await this.passwords.rehash(by, password, user.passwordHash);
    if (passwordHash === null) return user;
    const replaced = await this.transactions.run((tx) => this.users.replacePassword(tx, user, passwordHash));
    return replaced ? { ...user, passwordHash } : this.#refuse(request, email, user, 'wrong_password');
  }

  /** Opens a session for a user who has shown who they are, unless their password has changed since or they were disabled. */
  async #complete(request: RequestContext, user: User): Promise<SignIn> {
    const opened = await this.transactions.run(async (tx) => {
      const current = await findUserForUpdate(tx, user.id);
      if (current?.passwordHash !== user.passwordHash || current.disabledAt !== null) return null;
      const signIn = await this.issuer.open(tx, current, request);
      await this.events.publishIn(tx, {
        type: 'user.signed_in',
        actor: byUser(user.id, request),
        userId: user.id,
        sessionId: signIn.sessionId,
      });
      return signIn;
    });
    return opened ?? this.#refuse(request, user.email, user, 'wrong_password');
  }

  async #refuse(request: RequestContext, email: string, user: User | null, reason: Failure): Promise<never> {
    await this.events.publish({
      type: 'user.sign_in_failed',
      actor: byAnonymous(request),
      userId: user?.id ?? null,
      email,
      reason,
    });
    throw reason === 'account_disabled' ? errors.accountDisabled() : errors.invalidCredentials();
  }
}
