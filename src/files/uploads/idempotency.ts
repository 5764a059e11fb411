import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, LessThan, Repository } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { ApiError } from '../../common/refusals/refusal.js';
import { Housekeeping } from '../../common/lifecycle/housekeeping.js';
import { fromNow, now } from '../../common/time.js';
import { isUniqueViolation } from '../../database/driver-errors.js';
import { Transactions } from '../../database/transactions.js';
import { MasterKeys } from '../../encryption/master-keys.js';
import { IDEMPOTENCY_KEYS } from '../../encryption/sealed-places.js';
import { SealedRows } from '../../encryption/sealed-rows.js';
import { Unsealable } from '../../encryption/unsealable.js';
import type { Alongside } from '../contents/alongside.js';
import { IdempotencyKey } from './idempotency-key.entity.js';
import type { StoredFile } from '../contents/stored-file.entity.js';

/** 1 to 255 visible ASCII characters. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

const KEPT_MS = 24 * 3_600_000;

export interface Outcome {
  readonly file: StoredFile;
  /** True when this is the stored result of an earlier attempt. */
  readonly replayed: boolean;
}

/**
 * Remembers for 24 hours the result of an upload under an `Idempotency-Key`
 * (draft-ietf-httpapi-idempotency-key-header).
 */
@Injectable()
export class Idempotency {
  readonly #sealed: SealedRows | null;

  constructor(
    @InjectRepository(IdempotencyKey) private readonly keys: Repository<IdempotencyKey>,
    private readonly transactions: Transactions,
    housekeeping: Housekeeping,
    @Inject(MasterKeys) masterKeys: MasterKeys | null,
  ) {
    this.#sealed = SealedRows.of(IDEMPOTENCY_KEYS, masterKeys);
    housekeeping.register('idempotency keys', () => this.#expire());
  }

  /** The key of a request, or null when it has none. @throws `invalid_idempotency_key`. */
  parse(header: string | undefined): string | null {
    if (header === undefined) return null;
    if (!IDEMPOTENCY_KEY.test(header)) throw errors.invalidIdempotencyKey();
    return header;
  }

  /** The result under the key, of whatever upload. Null when there is none. */
  async find(actor: Actor, key: string): Promise<IdempotencyKey | null> {
    const known = await this.keys.findOneBy({ ownerId: actor.userId, key });
    return known === null || known.createdAt < fromNow(-KEPT_MS) ? null : known;
  }

  /**
   * Gives a retry the result of the first upload.
   * @throws `idempotency_key_reused` when that had another fingerprint; `result_unavailable` when the result cannot be read.
   */
  replay(first: IdempotencyKey, fingerprint: string): Outcome {
    if (first.fingerprint !== fingerprint) throw errors.idempotencyKeyReused();
    return { file: JSON.parse(this.#inPlain(first)) as StoredFile, replayed: true };
  }

  /**
   * Runs `commit`, which passes what it gets on into its transaction. Of uploads at the same time under one key only the first
   * is committed; the others get its result.
   * @throws `idempotency_key_reused` when the first upload had another fingerprint; whatever `commit` throws.
   */
  async once(
    actor: Actor,
    key: string | null,
    fingerprint: string,
    commit: (alongside?: Alongside) => Promise<StoredFile>,
  ): Promise<Outcome> {
    if (key === null) return { file: await commit(), replayed: false };
    try {
      const file = await commit((tx, result) => this.#remember(tx, key, fingerprint, result));
      return { file, replayed: false };
    } catch (error) {
      const winner = mayBeLate(error) ? await this.find(actor, key) : null;
      if (winner === null) throw error;
      return this.replay(winner, fingerprint);
    }
  }

  /** A unique violation means that another request was first. */
  async #remember(tx: EntityManager, key: string, fingerprint: string, file: StoredFile): Promise<void> {
    const { ownerId } = file;
    await tx.delete(IdempotencyKey, { ownerId, key, createdAt: LessThan(fromNow(-KEPT_MS)) });
    const plain = columnsOf({ ownerId, key, file: JSON.stringify(file) });
    const { file: stored } = this.#sealed === null ? plain : this.#sealed.seal(plain);
    await tx.insert(IdempotencyKey, { ownerId, key, fingerprint, file: stored, createdAt: now() });
  }

  /** The result as JSON. @throws `result_unavailable` when the row was changed, or is that of another key. */
  #inPlain(stored: IdempotencyKey): string {
    if (this.#sealed === null) return stored.file;
    try {
      return this.#sealed.open(columnsOf(stored)).file;
    } catch (error) {
      throw error instanceof Unsealable ? errors.resultUnavailable(error) : error;
    }
  }

  async #expire(): Promise<void> {
    await this.transactions.run(async (tx) => {
      await tx.delete(IdempotencyKey, { createdAt: LessThan(fromNow(-KEPT_MS)) });
    });
  }
}

function columnsOf({ ownerId, key, file }: Pick<IdempotencyKey, 'ownerId' | 'key' | 'file'>) {
  return { owner_id: ownerId, idempotency_key: key, file };
}

/** True when the same upload may have been committed by another request meanwhile. */
function mayBeLate(error: unknown): boolean {
  return isUniqueViolation(error) || (error instanceof ApiError && error.code === 'precondition_failed');
}

/** Identifies an upload: its content and name, and the file whose content it replaces, if it does. */
export function fingerprintOf(
  { sha256, name, mimeType }: Pick<StoredFile, 'sha256' | 'name' | 'mimeType'>,
  replaces: string | null = null,
): string {
  const target = replaces === null ? '' : `${replaces}\n`;
  return createHash('sha256').update(`${target}${sha256}\n${name}\n${mimeType}`).digest('hex');
}
