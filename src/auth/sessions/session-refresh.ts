import { Injectable } from '@nestjs/common';
import { errors } from '../../common/refusals/errors.js';
import type { RequestContext } from '../../common/access/request-context.js';
import { Transactions } from '../../database/transactions.js';
import { UsersService } from '../../users/users.service.js';
import { RefreshTokens } from './refresh-tokens.js';
import { SessionIssuer, type SignIn } from './session-issuer.js';

/** Exchanges refresh tokens for new tokens. */
@Injectable()
export class SessionRefresh {
  constructor(
    private readonly refreshTokens: RefreshTokens,
    private readonly issuer: SessionIssuer,
    private readonly users: UsersService,
    private readonly transactions: Transactions,
  ) {}

  /**
   * Exchanges a refresh token for a new pair and prolongs its session.
   * @throws `unauthorized`. A token that was used more than 10 s ago ends its session, and this is recorded.
   */
  async refresh(request: RequestContext, token: string): Promise<SignIn> {
    const session = await this.refreshTokens.findSession(token);
    if (session === null) throw errors.unauthorized('The refresh token is not valid.');
    const successor = await this.transactions.run((tx) =>
      this.refreshTokens.rotate(tx, token, session, request),
    );
    if (successor === null) {
      await this.transactions.run((tx) => this.refreshTokens.endReused(tx, session, request));
      throw errors.unauthorized('The refresh token was used before; its session has ended.');
    }
    return this.issuer.renew(await this.users.getCurrent(session.userId), session, successor);
  }
}
