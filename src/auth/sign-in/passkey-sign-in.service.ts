import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/access/request-context.js';
import { errors } from '../../common/refusals/errors.js';
import { byAnonymous } from '../../events/event-actor.js';
import type { User } from '../../users/user.entity.js';
import { UsersService } from '../../users/users.service.js';
import { FactorCheck } from '../factors/factor-check.js';
import { type FactorProof, methodsOf } from '../factors/factor-proof.js';
import { PasskeyChallenges } from '../factors/passkeys/passkey-challenges.js';
import { type PasskeyAnswer, PasskeyCheck } from '../factors/passkeys/passkey-check.js';
import type { SignIn } from '../sessions/session-issuer.js';
import { SignInCompletion } from './sign-in-completion.js';

/**
 * Sign-in with a passkey alone. It is two factors: what the user has, and the finger, face or PIN that the authenticator
 * has asked for.
 */
@Injectable()
export class PasskeySignInService {
  constructor(
    private readonly users: UsersService,
    private readonly passkeys: PasskeyCheck,
    private readonly challenges: PasskeyChallenges,
    private readonly check: FactorCheck,
    private readonly completion: SignInCompletion,
  ) {}

  /**
   * Signs in whoever the passkey belongs to. A passkey that nobody has, a wrong signature and a disabled account are
   * answered alike.
   * @throws `invalid_challenge`, `invalid_code`, `too_many_attempts`, `busy`; `passkeys_unavailable`.
   */
  async signIn(request: RequestContext, answer: PasskeyAnswer): Promise<SignIn> {
    const challenge = this.challenges.require(answer.challenge, { purpose: 'sign_in' });
    const ownerId = await this.passkeys.ownerOf(answer.credential);
    const owner = ownerId === null ? null : await this.users.findCurrent(ownerId);
    const proof: FactorProof = { type: 'passkey', ...answer };
    const signIn = await this.check.opening(byAnonymous(request), owner, proof, {
      claim: (tx) => this.challenges.use(tx, challenge),
      work: (tx, user) => this.completion.open(tx, user, request, methodsOf(proof)),
      wrong: () => this.#fail(request, owner, owner === null ? 'unknown_passkey' : 'wrong_passkey'),
    });
    if (signIn !== null) return signIn;
    await this.#fail(request, owner, owner?.disabledAt === null ? 'wrong_passkey' : 'account_disabled');
    throw errors.invalidCode();
  }

  #fail(
    request: RequestContext,
    owner: User | null,
    reason: 'unknown_passkey' | 'wrong_passkey' | 'account_disabled',
  ): Promise<void> {
    return this.completion.fail(request, owner?.email ?? null, owner, reason);
  }
}
