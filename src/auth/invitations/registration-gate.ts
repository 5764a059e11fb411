import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { foldEmail } from '../../common/input/email-address.js';
import { errors } from '../../common/refusals/errors.js';
import { now } from '../../common/time.js';
import { AppConfig } from '../../config/app-config.js';
import { findForUpdate } from '../../database/find-for-update.js';
import { Invitation } from './invitation.entity.js';
import { hashOfInvitation } from './invitation-token.js';

/** Decides who may register, and uses invitations up. */
@Injectable()
export class RegistrationGate {
  constructor(
    @InjectRepository(Invitation) private readonly invitations: Repository<Invitation>,
    private readonly config: AppConfig,
  ) {}

  /**
   * Call it before the password is hashed: whoever may not register costs no hash.
   * @param token of an invitation, if one was sent.
   * @throws `registration_closed`; `invalid_token` when the invitation is unknown, used, over, or for another e-mail.
   */
  async admit(email: string, token: string | undefined): Promise<void> {
    const { registration } = this.config.auth;
    if (registration === 'closed') throw errors.registrationClosed();
    if (token === undefined) {
      if (registration === 'invite') throw errors.registrationClosed();
      return;
    }
    const found = await this.invitations.findOneBy({ tokenHash: hashOfInvitation(token) });
    if (!isGood(found, email)) throw errors.invalidToken();
  }

  /**
   * Uses the invitation up, in the transaction that makes the account. Of several uses one succeeds.
   * @returns the invitation. Null when none was sent.
   * @throws `invalid_token` as `admit` does.
   */
  async enter(tx: EntityManager, email: string, token: string | undefined): Promise<Invitation | null> {
    if (token === undefined) return null;
    const [found = null] = await findForUpdate(tx, Invitation, { tokenHash: hashOfInvitation(token) });
    if (!isGood(found, email)) throw errors.invalidToken();
    const { affected } = await tx.delete(Invitation, { id: found.id });
    if (affected !== 1) throw errors.invalidToken();
    return found;
  }
}

function isGood(found: Invitation | null, email: string): found is Invitation {
  if (found === null || found.expiresAt <= now()) return false;
  return found.email === null || foldEmail(found.email) === foldEmail(email);
}
