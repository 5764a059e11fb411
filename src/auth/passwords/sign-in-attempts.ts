import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Like, MoreThan, Repository } from 'typeorm';
import { hashEmail } from '../../common/input/email-address.js';
import { fromNow } from '../../common/time.js';
import { AppConfig } from '../../config/app-config.js';
import type { Caller } from '../../events/event-actor.js';
import { SessionRows } from '../sessions/session-rows.js';
import { Session } from '../sessions/session.entity.js';
import { addressBlock } from '../../common/access/address-block.js';
import type { Counter } from './attempt-counters.js';
import { CountedAddresses } from './counted-addresses.js';
import { SignInAttempt } from './sign-in-attempt.entity.js';
import type { CountedAttempt } from './password-attempts.js';

/** An address from which the owner signed in within this time counts as the owner's. */
const KNOWN_ADDRESS_MS = 90 * 24 * 3_600_000;
/** How many sessions of a user, newest first, are compared by IPv6 network. */
const COMPARED_SESSIONS = 1000;
/**
 * An id that no user has. For an unknown e-mail, the sessions of this id are searched, so that the answer
 * takes as long.
 */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** An attempt to use a password. */
export interface Attempt {
  readonly by: Caller;
  readonly email: string;
  /** Null when no user has the e-mail. */
  readonly userId: string | null;
  /** The caller's session, when a signed-in user confirms an action with the password. Null at a sign-in. */
  readonly sessionId: string | null;
}

/**
 * What counts the wrong passwords of sign-ins.
 *
 * An address of the owner has an account counter of its own, so that others cannot lock the owner out there.
 * The address of a signed-in user counts as the owner's. The session has a counter too, so that a stolen
 * session gives no more attempts from another address.
 */
@Injectable()
export class SignInAttempts {
  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly sessionRows: SessionRows,
    private readonly addresses: CountedAddresses,
    private readonly config: AppConfig,
  ) {}

  /** An attempt counts for its address, its session if it has one, and its account. */
  async counted(attempt: Attempt): Promise<CountedAttempt> {
    const { by, userId } = attempt;
    return { by, userId, counters: await this.#countersFor(attempt), reason: 'sign_in' };
  }

  /** Forgets the failures of the account, from its known addresses too, and those of its second factors. */
  async forgive(tx: EntityManager, userId: string, email: string): Promise<void> {
    const hash = hashEmail(email, this.config.audit.emailHashKey);
    const keys = [`account:${hash}`, Like(`account:${hash}:%`), `factor:${userId}`];
    await tx.delete(
      SignInAttempt,
      keys.map((key) => ({ key })),
    );
  }

  async #countersFor({ by, email, userId, sessionId }: Attempt): Promise<Counter[]> {
    const { ip } = by.request;
    const { failuresPerAccount, failuresPerAddress } = this.config.limits;
    // The e-mail may be a password typed into the wrong field, so only its keyed hash is stored.
    const hash = hashEmail(email, this.config.audit.emailHashKey);
    const isKnown = ip !== null && (sessionId !== null || (await this.#isKnownAddress(userId, ip)));
    const counters: Counter[] = [];
    if (ip !== null)
      counters.push({ of: 'address', key: `address:${this.addresses.of(ip)}`, limit: failuresPerAddress });
    if (sessionId !== null)
      counters.push({ of: 'session', key: `session:${sessionId}`, limit: failuresPerAccount });
    counters.push({
      of: 'account',
      key: `account:${hash}${isKnown ? `:${this.addresses.of(ip)}` : ''}`,
      limit: failuresPerAccount,
    });
    return counters;
  }

  /** True when the user signed in recently from this address, or from another one in its IPv6 network. */
  async #isKnownAddress(userId: string | null, ip: string): Promise<boolean> {
    const sessions = await this.sessions.find({
      select: { id: true, ip: true, userAgent: true, personal: true },
      where: {
        userId: userId ?? NOBODY,
        ip: this.sessionRows.near(ip),
        createdAt: MoreThan(fromNow(-KNOWN_ADDRESS_MS)),
      },
      order: { id: 'DESC' },
      take: COMPARED_SESSIONS,
    });
    return sessions.some((stored) => {
      const { ip: from } = this.sessionRows.open(stored);
      return from !== null && addressBlock(from) === addressBlock(ip);
    });
  }
}
