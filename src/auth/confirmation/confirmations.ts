import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SessionActor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { Transactions } from '../../database/transactions.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import type { User } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { FactorCheck } from '../factors/factor-check.js';
import { FactorMethods } from '../factors/factor-methods.js';
import { faultOf, type FactorProof } from '../factors/factor-proof.js';
import { PasskeyChallenges } from '../factors/passkeys/passkey-challenges.js';
import type { PasskeyAnswer } from '../factors/passkeys/passkey-check.js';
import { Passwords } from '../passwords/passwords.js';
import type { ConfirmationProof } from './confirm.input.js';
import type { ConfirmationMethod } from './confirmation.problem.js';
import { ConfirmedSessions } from './confirmed-sessions.js';

/** Users who show again who they are, for their session. */
@Injectable()
export class Confirmations {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly methods: FactorMethods,
    private readonly check: FactorCheck,
    private readonly challenges: PasskeyChallenges,
    private readonly confirmed: ConfirmedSessions,
    private readonly transactions: Transactions,
  ) {}

  /** How a user can confirm a session. With a second factor, it is needed too; a passkey is enough alone. */
  async methodsOf({ userId }: SessionActor): Promise<readonly ConfirmationMethod[]> {
    const { factors } = await this.users.getCurrent(userId);
    return factors === 0 ? ['password'] : this.methods.typesOf(userId);
  }

  /** True when the user of the session has a second factor. */
  async hasFactor({ userId }: SessionActor): Promise<boolean> {
    return (await this.users.getCurrent(userId)).factors > 0;
  }

  /**
   * Confirms the caller's session for ten minutes. A wrong proof counts as a failed sign-in.
   * @throws `wrong_password`, `too_many_attempts`, `rate_limited`, `busy`; `confirmation_required` when a code is
   * missing; `invalid_code` when it or the passkey is wrong; `invalid_challenge`, `passkeys_unavailable`.
   */
  async confirm(actor: SessionActor, proof: ConfirmationProof): Promise<void> {
    const user = await this.users.getCurrent(actor.userId);
    if (proof.type === 'passkey') return this.#confirmWithPasskey(actor, user, proof);
    await this.#requirePassword(actor, user, proof.password);
    if (user.factors === 0 && (await this.#confirmWithPassword(actor, user))) return;
    const { code } = proof;
    if (code === undefined) throw errors.confirmationRequired(await this.methodsOf(actor));
    await this.#confirmWith(actor, user, { type: 'code', code });
  }

  async #requirePassword(actor: SessionActor, user: User, password: string): Promise<void> {
    const { id: userId, email, passwordHash } = user;
    const attempt = { by: actor, email, userId, sessionId: actor.sessionId };
    if (await this.passwords.verify(attempt, password, passwordHash)) return;
    await this.confirmed.recordRefusal(actor, 'wrong_password');
    throw errors.wrongPassword();
  }

  /** @returns false when the user has a factor by now. @throws `wrong_password` when it was changed after it was compared. */
  #confirmWithPassword(actor: SessionActor, { id, passwordHash }: User): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const current = await findUserForUpdate(tx, id);
      if (current?.passwordHash !== passwordHash) throw errors.wrongPassword();
      if (current.factors > 0) return false;
      await this.confirmed.add(tx, actor);
      return true;
    });
  }

  async #confirmWithPasskey(actor: SessionActor, user: User, answer: PasskeyAnswer): Promise<void> {
    const { sessionId } = actor;
    const challenge = this.challenges.require(answer.challenge, { purpose: 'confirmation', sessionId });
    const claim = (tx: EntityManager) => this.challenges.use(tx, challenge);
    await this.#confirmWith(actor, user, { type: 'passkey', ...answer }, claim);
  }

  /** @param claim uses up the challenge of the proof, if it has one. */
  async #confirmWith(
    actor: SessionActor,
    user: User,
    proof: FactorProof,
    claim?: (tx: EntityManager) => Promise<void>,
  ): Promise<void> {
    await this.check.opening(actor, user, proof, {
      claim,
      work: (tx) => this.confirmed.add(tx, actor),
      wrong: () => this.confirmed.recordRefusal(actor, faultOf(proof)),
    });
  }
}
