import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, LessThan, Repository } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { Housekeeping } from '../../common/lifecycle/housekeeping.js';
import { fromNow, now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { IdempotencyKey } from './idempotency-key.entity.js';
import type { StoredFile } from '../contents/stored-file.entity.js';

/** 1 to 255 visible ASCII characters. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

const KEPT_MS = 24 * 3_600_000;

/** Remembers for a day what an upload under an `Idempotency-Key` led to (draft-ietf-httpapi-idempotency-key-header). */
@Injectable()
export class Idempotency {
  constructor(
    @InjectRepository(IdempotencyKey) private readonly keys: Repository<IdempotencyKey>,
    private readonly transactions: Transactions,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('idempotency keys', () => this.#expire());
  }

  /** The key of a request, or null without one. @throws `invalid_idempotency_key`. */
  parse(header: string | undefined): string | null {
    if (header === undefined) return null;
    if (!IDEMPOTENCY_KEY.test(header)) throw errors.invalidIdempotencyKey();
    return header;
  }

  /**
   * What the first upload under the key led to, or null when there was none.
   * @throws `idempotency_key_reused` when that one brought other content or another name.
   */
  async findResult(actor: Actor, key: string, upload: StoredFile): Promise<StoredFile | null> {
    const known = await this.keys.findOneBy({ ownerId: actor.userId, key });
    if (known === null || known.createdAt < fromNow(-KEPT_MS)) return null;
    if (known.fingerprint !== fingerprint(upload)) throw errors.idempotencyKeyReused();
    return known.file;
  }

  /** Remembers the result in the transaction that makes it; a unique violation means another request was first. */
  async remember(tx: EntityManager, key: string, file: StoredFile): Promise<void> {
    await tx.delete(IdempotencyKey, { ownerId: file.ownerId, key, createdAt: LessThan(fromNow(-KEPT_MS)) });
    await tx.insert(IdempotencyKey, {
      ownerId: file.ownerId,
      key,
      fingerprint: fingerprint(file),
      file,
      createdAt: now(),
    });
  }

  async #expire(): Promise<void> {
    await this.transactions.run(async (tx) => {
      await tx.delete(IdempotencyKey, { createdAt: LessThan(fromNow(-KEPT_MS)) });
    });
  }
}

function fingerprint(file: StoredFile): string {
  return createHash('sha256').update(`${file.sha256}\n${file.name}\n${file.mimeType}`).digest('hex');
}
