import { Injectable } from '@nestjs/common';
import type { SessionActor } from '../../common/access/actor.js';
import { newId } from '../../common/ids.js';
import { composed } from '../../common/input/max-characters.js';
import { now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { UsersService } from '../../users/users.service.js';
import type { Factor } from '../factors/factor.entity.js';
import { Factors } from '../factors/factors.js';
import type { CreationOptionsResponse } from '../factors/passkeys/passkey-options.response.js';
import { PasskeyRegistration } from '../factors/passkeys/passkey-registration.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { AddPasskeyInput } from './passkey.input.js';

/** A factor that was added, and the recovery codes that came with it. */
export interface AddedFactor {
  readonly factor: Factor;
  /** Empty unless it was the first factor of the account. */
  readonly recoveryCodes: readonly string[];
}

/** Adds passkeys to accounts. */
@Injectable()
export class PasskeyEnrolment {
  constructor(
    private readonly users: UsersService,
    private readonly registration: PasskeyRegistration,
    private readonly factors: Factors,
    private readonly sessions: SessionsService,
    private readonly transactions: Transactions,
  ) {}

  /** What the browser needs to make a passkey. @throws `passkeys_unavailable`, `too_many_factors`. */
  async begin({ userId, sessionId }: SessionActor): Promise<CreationOptionsResponse> {
    const user = await this.users.getCurrent(userId);
    // Before the browser makes one that would be refused.
    await this.factors.requireRoom(userId);
    return this.registration.begin(user, sessionId);
  }

  /**
   * Adds a passkey that the browser has made. It counts at once, and confirms the session.
   * @throws `passkeys_unavailable`, `invalid_challenge`, `invalid_passkey`, `passkey_taken`, `too_many_factors`.
   */
  async add(actor: SessionActor, { name, challenge, credential }: AddPasskeyInput): Promise<AddedFactor> {
    const passkey = await this.registration.verify(actor.sessionId, challenge, credential);
    const factor: Factor = {
      id: newId(),
      userId: actor.userId,
      type: 'passkey',
      name: composed(name),
      sealedSecret: null,
      lastStep: 0,
      createdAt: now(),
      confirmedAt: null,
      lastUsedAt: null,
    };
    const recoveryCodes = await this.transactions.run(async (tx) => {
      await this.factors.add(tx, factor);
      await this.registration.add(tx, factor, passkey);
      await this.sessions.confirm(tx, actor.sessionId);
      return this.factors.confirm(tx, actor, factor);
    });
    return { factor, recoveryCodes };
  }
}
