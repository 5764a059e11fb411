import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, LessThan, Repository } from 'typeorm';
import { Housekeeping } from '../common/lifecycle/housekeeping.js';
import { errors } from '../common/refusals/errors.js';
import { fromNow, now } from '../common/time.js';
import { Transactions } from '../database/transactions.js';
import { lettersFor } from './letters/letters.js';
import type { TokenPurpose } from './letters/token-purpose.js';
import { Mail } from './mail.entity.js';
import { MailedToken } from './mailed-token.entity.js';

const TOKEN_BYTES = 32;

/** Whom a token is for. */
export interface Addressee {
  readonly userId: string;
  readonly email: string;
}

/** The tokens in mailed links: made when a mail is sent, good once, and stored as hashes. */
@Injectable()
export class MailedTokens {
  constructor(
    @InjectRepository(MailedToken) private readonly tokens: Repository<MailedToken>,
    private readonly transactions: Transactions,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('mailed tokens', () => this.#expire());
  }

  /**
   * Makes a token. A token that an earlier attempt made for the same mail ends.
   * @param mailId the mail that carries it, or null for one that the operator hands over.
   * @returns the token in plain, for the link alone.
   */
  async issue(
    tx: EntityManager,
    { userId, email }: Addressee,
    { purpose, ttlMs }: { readonly purpose: TokenPurpose; readonly ttlMs: number },
    mailId: string | null = null,
  ): Promise<string> {
    if (mailId !== null) await tx.delete(MailedToken, { mailId });
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const tokenHash = hashOf(token);
    await tx.insert(MailedToken, { tokenHash, userId, mailId, purpose, email, expiresAt: fromNow(ttlMs) });
    return token;
  }

  /**
   * The token as stored, which stays usable.
   * @throws `invalid_token` when it is unknown, used, over, or for another purpose.
   */
  async find(token: string, purposes: readonly TokenPurpose[]): Promise<MailedToken> {
    const found = await this.tokens.findOneBy({ tokenHash: hashOf(token), purpose: In(purposes) });
    if (found === null || found.expiresAt <= now()) throw errors.invalidToken();
    return found;
  }

  /**
   * Uses a token up. All links of the user for its purpose end with it, as `end` does it.
   * @throws `invalid_token` when it is unknown, used, over, or for another purpose.
   */
  async redeem(tx: EntityManager, token: string, purposes: readonly TokenPurpose[]): Promise<MailedToken> {
    const found = await tx.findOneBy(MailedToken, { tokenHash: hashOf(token), purpose: In(purposes) });
    if (found === null || found.expiresAt <= now()) throw errors.invalidToken();
    const { tokenHash, userId, purpose } = found;
    await this.#withdraw(tx, userId, [purpose]);
    // Of several uses at the same time one deletes the row.
    const { affected } = await tx.delete(MailedToken, { tokenHash });
    if (affected !== 1) throw errors.invalidToken();
    await tx.delete(MailedToken, { userId, purpose });
    return found;
  }

  /**
   * Ends all links of a user for these purposes: the tokens that were mailed, and the mails that wait and would get new
   * ones.
   */
  async end(tx: EntityManager, userId: string, purposes: readonly TokenPurpose[]): Promise<void> {
    // Mails first. A courier that makes a token now holds its mail, so the token is there when the mail is gone.
    await this.#withdraw(tx, userId, purposes);
    await tx.delete(MailedToken, { userId, purpose: In(purposes) });
  }

  async #withdraw(tx: EntityManager, userId: string, purposes: readonly TokenPurpose[]): Promise<void> {
    await tx.delete(Mail, { userId, letter: In(lettersFor(purposes)) });
  }

  async #expire(): Promise<void> {
    await this.transactions.run(
      async (tx) => void (await tx.delete(MailedToken, { expiresAt: LessThan(now()) })),
    );
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
