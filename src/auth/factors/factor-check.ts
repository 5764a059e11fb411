import { Injectable, Logger } from '@nestjs/common';
import { type EntityManager, IsNull, LessThan, Not } from 'typeorm';
import { errors } from '../../common/refusals/errors.js';
import { now } from '../../common/time.js';
import { Unsealable } from '../../encryption/unsealable.js';
import type { Caller } from '../../events/event-actor.js';
import type { User } from '../../users/user.entity.js';
import { FactorAttempts } from '../passwords/factor-attempts.js';
import type { FactorProof } from './factor-proof.js';
import { Factor } from './factor.entity.js';
import { PasskeyCheck } from './passkeys/passkey-check.js';
import type { ShownPasskey } from './passkeys/passkeys.js';
import { RecoveryCodes } from './recovery-codes/recovery-codes.js';
import { SealedSecrets } from './sealed-secrets.js';
import { Totp } from './totp/totp.js';

/** Uses a proof up. @returns false when it is wrong. */
type Use = (tx: EntityManager) => Promise<boolean>;

/** Uses up the challenge that a proof answers. @throws `invalid_challenge` when another request was first. */
type Claim = (tx: EntityManager) => Promise<void>;

const noChallenge: Claim = () => Promise.resolve();

/** What a right proof opens, in the transaction that uses the proof up. */
interface Opening<T> {
  /** Absent for a proof that answers no challenge. */
  readonly claim?: Claim;
  readonly work: (tx: EntityManager, user: User) => Promise<T>;
  /** Records that the proof was wrong. */
  readonly wrong: () => Promise<void>;
}

/** Checks what users show as their second factor. A wrong one counts as a failed sign-in of account and address. */
@Injectable()
export class FactorCheck {
  readonly #logger = new Logger(FactorCheck.name);

  constructor(
    private readonly attempts: FactorAttempts,
    private readonly codes: RecoveryCodes,
    private readonly secrets: SealedSecrets,
    private readonly passkeys: PasskeyCheck,
  ) {}

  /**
   * Opens something with a proof. The proof is used up in the same transaction, so it opens one thing only, over all
   * processes. A proof of nobody's is always wrong, and counts for the address alone. One whose challenge was used
   * meanwhile is refused and counts for nothing.
   * @throws `invalid_code`, `too_many_attempts`, `busy`; `passkeys_unavailable`; `factor_unavailable` when no app of the user can be
   * checked; what `claim` and `work` throw.
   */
  async opening<T>(
    by: Caller,
    user: User | null,
    proof: FactorProof,
    { claim = noChallenge, work, wrong }: Opening<T>,
  ): Promise<T> {
    const use = user === null ? null : await this.#verify(by, user, proof, claim);
    // A signature cannot be guessed, so wrong ones lock no account.
    const counted = proof.type === 'passkey' ? null : (user?.id ?? null);
    const outcome = await this.attempts.count(by, counted, async (tx) => {
      if (user === null || use === null || !(await use(tx))) return null;
      await claim(tx);
      return { result: await work(tx, user) };
    });
    if (outcome !== null) return outcome.result;
    await wrong();
    throw errors.invalidCode();
  }

  /**
   * Like `opening`, with a code of a factor that is not confirmed yet.
   * @throws `invalid_code`, `too_many_attempts`, `busy`; `factor_unavailable`; what `work` throws.
   */
  async enrolling<T>(
    by: Caller,
    factor: Factor,
    code: string,
    work: (tx: EntityManager) => Promise<T>,
  ): Promise<T> {
    const outcome = await this.attempts.count(by, factor.userId, async (tx) =>
      (await this.#useCode(tx, [factor], code)) ? { result: await work(tx) } : null,
    );
    if (outcome === null) throw errors.invalidCode();
    return outcome.result;
  }

  /**
   * Does what needs no transaction. A signature is verified here: it waits for a thread, behind hashes of passwords, and
   * SQLite has one transaction at a time. @returns null when the proof is wrong.
   */
  async #verify(by: Caller, user: User, proof: FactorProof, claim: Claim): Promise<Use | null> {
    switch (proof.type) {
      case 'code':
        return (tx) => this.#useAnyCode(tx, user.id, proof.code);
      case 'recovery_code':
        return (tx) => this.codes.use(tx, user.id, proof.code);
      case 'passkey': {
        const shown = await this.passkeys.verify(user.id, proof);
        return shown && ((tx) => this.#usePasskey(tx, by, shown, claim));
      }
    }
  }

  async #usePasskey(tx: EntityManager, by: Caller, shown: ShownPasskey, claim: Claim): Promise<boolean> {
    if (await this.passkeys.use(tx, shown)) {
      await tx.update(Factor, { id: shown.passkey.factorId }, { lastUsedAt: now() });
      return true;
    }
    // An answer that was sent twice is refused for its challenge here, and is no sign of a copy.
    await claim(tx);
    await this.passkeys.suspect(tx, by, shown);
    return false;
  }

  /** Uses a code of one of the user's apps up. */
  async #useAnyCode(tx: EntityManager, userId: string, code: string): Promise<boolean> {
    const factors = await tx.findBy(Factor, { userId, type: 'totp', confirmedAt: Not(IsNull()) });
    return this.#useCode(tx, factors, code);
  }

  /**
   * Uses a code of one of these factors up. @returns false when it is wrong, or was used before.
   * @throws `factor_unavailable` when none of the secrets can be read: no code is right then, so nothing can be guessed.
   */
  async #useCode(tx: EntityManager, factors: readonly Factor[], code: string): Promise<boolean> {
    const apps = factors.map((factor) => ({ id: factor.id, secret: this.#secretOf(factor) }));
    if (apps.length > 0 && apps.every(({ secret }) => secret === null)) throw errors.factorUnavailable();
    for (const { id, secret } of apps)
      if (secret !== null && (await this.#useStep(tx, id, new Totp(secret, '', '').stepOf(code))))
        return true;
    return false;
  }

  async #useStep(tx: EntityManager, id: string, step: number | null): Promise<boolean> {
    if (step === null) return false;
    const used = await tx.update(
      Factor,
      { id, lastStep: LessThan(step) },
      { lastStep: step, lastUsedAt: now() },
    );
    return used.affected === 1;
  }

  /** Null when it cannot be opened, of which the operator is told: the user's other factors still count. */
  #secretOf({ id, sealedSecret }: Factor): Buffer | null {
    try {
      return this.secrets.open(sealedSecret!, id);
    } catch (error) {
      if (!(error instanceof Unsealable)) throw error;
      this.#logger.error({ err: error }, 'the secret of a factor cannot be read');
      return null;
    }
  }
}
