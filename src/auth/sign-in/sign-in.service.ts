import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/access/request-context.js';
import { Transactions } from '../../database/transactions.js';
import { byAnonymous } from '../../events/event-actor.js';
import type { User } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { Passwords } from '../passwords/passwords.js';
import type { SignIn } from '../sessions/session-issuer.js';
import { SecondFactorService } from './second-factor.service.js';
import { SignInCompletion } from './sign-in-completion.js';

/** Sign-in with e-mail and password. */
@Injectable()
export class SignInService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly secondFactor: SecondFactorService,
    private readonly completion: SignInCompletion,
    private readonly transactions: Transactions,
  ) {}

  /**
   * Signs in. A wrong password and an unknown e-mail give the same answer after the same time. A stored hash
   * of another cost is replaced. `code` is one of an authenticator app, for an account that has one.
   * @throws `invalid_credentials`, `too_many_attempts`, `account_disabled`, `rate_limited`, `busy`;
   * `second_factor_required`, `invalid_code` for an account with a factor.
   */
  async signIn(request: RequestContext, email: string, password: string, code?: string): Promise<SignIn> {
    const user = await this.#verifyPassword(request, email, password);
    if (user.factors === 0) return this.#complete(request, user);
    if (code === undefined) return this.secondFactor.require(request, user);
    return this.secondFactor.signIn(request, user, { type: 'code', code });
  }

  /** The user with this e-mail and this password. */
  async #verifyPassword(request: RequestContext, email: string, password: string): Promise<User> {
    const user = await this.users.findByEmail(email);
    const by = byAnonymous(request);
    const attempt = { by, email, userId: user?.id ?? null, sessionId: null };
    const verified = await this.passwords.verify(attempt, password, user?.passwordHash ?? null);
    if (user === null) return this.completion.refuse(request, email, null, 'unknown_email');
    if (!verified) return this.completion.refuse(request, email, user, 'wrong_password');
    if (user.disabledAt !== null) return this.completion.refuse(request, email, user, 'account_disabled');
    const passwordHash = await this.passwords.rehash(by, password, user.passwordHash);
    if (passwordHash === null) return user;
    const replaced = await this.transactions.run((tx) => this.users.replacePassword(tx, user, passwordHash));
    return replaced
      ? { ...user, passwordHash }
      : this.completion.refuse(request, email, user, 'wrong_password');
  }

  async #complete(request: RequestContext, user: User): Promise<SignIn> {
    const opened = await this.transactions.run((tx) => this.completion.open(tx, user, request, ['pwd']));
    return opened ?? this.completion.refuse(request, user.email, user, 'wrong_password');
  }
}
