import { Injectable } from '@nestjs/common';
import encodeQR from 'qr';
import type { SessionActor } from '../../common/access/actor.js';
import { newId } from '../../common/ids.js';
import { composed } from '../../common/input/max-characters.js';
import { errors } from '../../common/refusals/errors.js';
import { now } from '../../common/time.js';
import { AppConfig } from '../../config/app-config.js';
import { Transactions } from '../../database/transactions.js';
import { UsersService } from '../../users/users.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { FactorCheck } from '../factors/factor-check.js';
import { Factors } from '../factors/factors.js';
import { SealedSecrets } from '../factors/sealed-secrets.js';
import { Totp } from '../factors/totp/totp.js';

const DEFAULT_NAME = 'Authenticator app';

/** What the user's app needs. It is shown once. */
export interface NewTotp {
  readonly id: string;
  readonly secret: string;
  readonly uri: string;
  readonly qrSvg: string;
}

/** Adds authenticator apps to accounts. */
@Injectable()
export class TotpEnrolment {
  constructor(
    private readonly factors: Factors,
    private readonly check: FactorCheck,
    private readonly secrets: SealedSecrets,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly transactions: Transactions,
    private readonly config: AppConfig,
  ) {}

  /** Begins to add an app. It counts once it is confirmed, within ten minutes. @throws `too_many_factors`. */
  async begin(actor: SessionActor, name: string = DEFAULT_NAME): Promise<NewTotp> {
    const { email } = await this.users.getCurrent(actor.userId);
    const id = newId();
    const secret = Totp.newSecret();
    await this.transactions.run((tx) =>
      this.factors.add(tx, {
        id,
        userId: actor.userId,
        type: 'totp',
        name: composed(name),
        sealedSecret: this.secrets.seal(secret, id),
        lastStep: 0,
        createdAt: now(),
        confirmedAt: null,
        lastUsedAt: null,
      }),
    );
    const totp = new Totp(secret, email, new URL(this.config.http.publicUrl).host);
    return { id, secret: totp.secret, uri: totp.uri, qrSvg: encodeQR(totp.uri, 'svg') };
  }

  /**
   * Confirms an app with a code of it, which is used up. The session is confirmed with it.
   * @returns recovery codes with the first factor of the account, and none with a later one.
   * @throws `factor_not_found`, `invalid_code`, `too_many_attempts`.
   */
  async confirm(actor: SessionActor, id: string, code: string): Promise<string[]> {
    const factor = await this.factors.findUnconfirmed(actor, id);
    if (factor === null) throw errors.factorNotFound();
    return this.check.enrolling(actor, factor, code, async (tx) => {
      await this.sessions.confirm(tx, actor.sessionId);
      return this.factors.confirm(tx, actor, factor);
    });
  }
}
