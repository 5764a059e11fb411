import { Injectable } from '@nestjs/common';
import { errors } from '../../common/refusals/errors.js';
import { AppConfig } from '../../config/app-config.js';
import type { Counter } from '../../auth/passwords/attempt-counters.js';
import { CountedAddresses } from '../../auth/passwords/counted-addresses.js';
import type { CountedAttempt } from '../../auth/passwords/password-attempts.js';
import { Passwords } from '../../auth/passwords/passwords.js';
import type { Caller } from '../../events/event-actor.js';
import { DomainEvents } from '../../events/domain-events.js';
import type { SharedFile } from './shared-file.js';

/**
 * Compares the passwords of links. It costs a hash, as a sign-in does, out of the same budgets. Wrong ones are counted for the
 * link, and for the address together with its failed sign-ins.
 */
@Injectable()
export class SharePasswords {
  constructor(
    private readonly passwords: Passwords,
    private readonly addresses: CountedAddresses,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
  ) {}

  /**
   * Resolves when the link has no password, or this one. Without either nothing is hashed. A wrong password is recorded in the
   * owner's trail.
   * @throws `share_password_required`, `wrong_share_password`, `too_many_attempts`, `rate_limited`, `busy`.
   */
  async require(by: Caller, shared: SharedFile, password: string | undefined): Promise<void> {
    const { passwordHash } = shared.link;
    if (passwordHash === null) return;
    if (password === undefined) throw errors.sharePasswordRequired();
    const counted = () => this.#counted(by, shared);
    if (await this.passwords.verifyCounted(by, counted, password, passwordHash)) return;
    await this.events.publishRefusal({
      type: 'share.denied',
      actor: by,
      ownerId: shared.link.ownerId,
      shareId: shared.link.id,
      fileId: shared.file.id,
      name: shared.file.name,
      reason: 'wrong_password',
    });
    throw errors.wrongSharePassword();
  }

  #counted(by: Caller, { link }: SharedFile): CountedAttempt {
    const { failuresPerAccount, failuresPerAddress } = this.config.limits;
    const counters: Counter[] = [{ of: 'share', key: `share:${link.id}`, limit: failuresPerAccount }];
    const { ip } = by.request;
    if (ip !== null)
      counters.unshift({ of: 'address', key: `address:${this.addresses.of(ip)}`, limit: failuresPerAddress });
    return { by, counters, userId: link.ownerId, reason: 'share_password' };
  }
}
