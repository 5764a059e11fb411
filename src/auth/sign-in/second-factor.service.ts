import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/access/request-context.js';
import { errors } from '../../common/refusals/errors.js';
import { Transactions } from '../../database/transactions.js';
import { byAnonymous, byUser } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import type { User } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { FactorCheck } from '../factors/factor-check.js';
import { FactorMethods } from '../factors/factor-methods.js';
import { faultOf, type FactorProof, methodsOf } from '../factors/factor-proof.js';
import { SignInChallenges } from '../factors/sign-in-challenges.js';
import type { SignIn } from '../sessions/session-issuer.js';
import { SignInCompletion } from './sign-in-completion.js';

/** The second step of a sign-in to an account with a factor. */
@Injectable()
export class SecondFactorService {
  constructor(
    private readonly users: UsersService,
    private readonly methods: FactorMethods,
    private readonly challenges: SignInChallenges,
    private readonly check: FactorCheck,
    private readonly completion: SignInCompletion,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Asks for the second factor of a user whose password was right.
   * @throws `second_factor_required`, always.
   */
  async require(request: RequestContext, user: User): Promise<never> {
    const challenge = await this.transactions.run(async (tx) => {
      const actor = byUser(user.id, request);
      await this.events.publishIn(tx, { type: 'user.second_factor_required', actor, userId: user.id });
      return this.challenges.open(tx, user);
    });
    throw errors.secondFactorRequired(challenge, await this.methods.demandOf(user.id, challenge));
  }

  /**
   * Signs in with the factor that `require` asked for.
   * @throws `invalid_challenge`, `invalid_code`, `too_many_attempts`, `busy`; `passkeys_unavailable`.
   */
  async answer(request: RequestContext, challenge: string, proof: FactorProof): Promise<SignIn> {
    const { userId, passwordMark } = await this.challenges.try(challenge);
    const user = await this.users.findEnabled(userId);
    if (user === null || !this.challenges.isFor(user, passwordMark)) throw errors.invalidChallenge();
    return this.signIn(request, user, proof, challenge);
  }

  /**
   * Signs in a user whose password was right.
   * @throws `invalid_code`, `too_many_attempts`, `busy`; `invalid_challenge` when it was used, or the user has changed.
   */
  async signIn(
    request: RequestContext,
    user: User,
    proof: FactorProof,
    challenge: string | null = null,
  ): Promise<SignIn> {
    return this.check.opening(byAnonymous(request), user, proof, {
      claim: async (tx) => {
        if (challenge !== null) await this.challenges.close(tx, challenge);
      },
      work: async (tx) => {
        const signIn = await this.completion.open(tx, user, request, ['pwd', ...methodsOf(proof)]);
        if (signIn === null) throw errors.invalidChallenge();
        return signIn;
      },
      wrong: () => this.completion.fail(request, user.email, user, faultOf(proof)),
    });
  }
}
