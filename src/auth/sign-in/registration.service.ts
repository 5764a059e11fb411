import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/access/request-context.js';
import { Transactions } from '../../database/transactions.js';
import { byAnonymous, byUser } from '../../events/event-actor.js';
import { NewAccounts } from '../../users/new-accounts.js';
import { RegistrationGate } from '../invitations/registration-gate.js';
import { Passwords } from '../passwords/passwords.js';
import { SessionIssuer, type SignIn } from '../sessions/session-issuer.js';
import type { RegisterInput } from './credentials.input.js';

/** New accounts. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly gate: RegistrationGate,
    private readonly accounts: NewAccounts,
    private readonly passwords: Passwords,
    private readonly issuer: SessionIssuer,
    private readonly transactions: Transactions,
  ) {}

  /**
   * Makes an account and signs it in. An invitation is used up with it, and gives its role.
   * @throws `registration_closed`, `invalid_token`, `email_taken`, `rate_limited`, `busy`.
   */
  async register(
    request: RequestContext,
    { email, password, invitation: token }: RegisterInput,
  ): Promise<SignIn> {
    await this.gate.admit(email, token);
    const passwordHash = await this.passwords.hash(byAnonymous(request), password);
    return this.transactions.run(async (tx) => {
      const invitation = await this.gate.enter(tx, email, token);
      const account = {
        email,
        passwordHash,
        role: invitation?.role ?? 'user',
        invitationId: invitation?.id,
      };
      const user = await this.accounts.add(tx, account, (userId) => byUser(userId, request));
      return this.issuer.open(tx, user, request, ['pwd']);
    });
  }
}
