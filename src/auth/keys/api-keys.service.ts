import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, LessThan, Not, Repository } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { newId, parseId, UUID } from '../../common/ids.js';
import { composed } from '../../common/input/max-characters.js';
import type { PageQuery } from '../../common/paging/page-query.js';
import { decodeCursor, type Page, toPage } from '../../common/paging/paging.js';
import { fromNow, now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { Denials } from '../../events/denials.js';
import { DomainEvents } from '../../events/domain-events.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import { ApiKey } from './api-key.entity.js';
import type { CreateKeyInput } from './create-key.input.js';
import { hashOfKey, newKeySecret } from './key-secret.js';
import { LiveKeys } from './live-keys.js';
import type { NewKey } from './new-key.js';
import { fromPem } from './public-key.js';

/** How many keys a user may have. Expired keys count, revoked ones do not. */
const KEYS_PER_USER = 100;
const DAY_MS = 24 * 3_600_000;

/** Makes, lists and revokes the keys of a user. */
@Injectable()
export class ApiKeysService {
  constructor(
    @InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>,
    private readonly live: LiveKeys,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
    private readonly denials: Denials,
  ) {}

  /**
   * Makes a key. The secret is returned only here. A key with a public key has none.
   * @throws `too_many_keys`.
   */
  async create(actor: Actor, input: CreateKeyInput): Promise<NewKey> {
    const secret = input.public_key === undefined ? newKeySecret() : null;
    const key: ApiKey = {
      id: newId(),
      userId: actor.userId,
      name: composed(input.name),
      scopes: input.scopes,
      keyHash: secret === null ? null : hashOfKey(secret),
      publicKey: input.public_key === undefined ? null : fromPem(input.public_key),
      createdAt: now(),
      expiresAt: input.expires_in_days === undefined ? null : fromNow(input.expires_in_days * DAY_MS),
      lastUsedAt: null,
      revokedAt: null,
    };
    await this.transactions.run(async (tx) => {
      await makeRoom(tx, actor.userId);
      await tx.insert(ApiKey, key);
      await this.events.publishIn(tx, {
        type: 'key.created',
        actor,
        userId: actor.userId,
        keyId: key.id,
        name: key.name,
        scopes: key.scopes,
        publicKey: key.publicKey,
      });
    });
    return { key, secret };
  }

  /** A page of the actor's keys without the revoked ones, newest first. */
  async list(actor: Actor, { limit, cursor }: PageQuery): Promise<Page<ApiKey>> {
    const rows = await this.keys.find({
      where: {
        userId: actor.userId,
        revokedAt: IsNull(),
        ...(cursor === undefined ? {} : { id: LessThan(decodeCursor(cursor, UUID)) }),
      },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    return toPage(rows, limit, (key) => key.id);
  }

  /**
   * Revokes a key. It stops working at once on this process and within 5 s on others.
   * @throws `key_not_found` for any other id. It is recorded as a denial, whether or not the id exists.
   */
  async revoke(actor: Actor, id: string): Promise<void> {
    const keyId = parseId(id);
    if (keyId === null) throw errors.keyNotFound();
    const key = await this.keys.findOneBy({ id: keyId, userId: actor.userId, revokedAt: IsNull() });
    if (key === null) return this.denials.refuse(actor, `key:${keyId}`, errors.keyNotFound());
    await this.transactions.run(async (tx) => {
      const { affected } = await tx.update(ApiKey, { id: key.id, revokedAt: IsNull() }, { revokedAt: now() });
      if (affected !== 1) throw errors.keyNotFound();
      this.transactions.afterCommit(tx, () => this.live.noteRevoked(key));
      await this.events.publishIn(tx, {
        type: 'key.revoked',
        actor,
        userId: actor.userId,
        keyId: key.id,
      });
    });
  }
}

/**
 * Locks the user, so that keys made at the same time are counted one after the other. Removes revoked keys.
 * @throws `too_many_keys`.
 */
async function makeRoom(tx: EntityManager, userId: string): Promise<void> {
  if ((await findUserForUpdate(tx, userId)) === null) throw errors.unauthorized();
  await tx.delete(ApiKey, { userId, revokedAt: Not(IsNull()) });
  if ((await tx.countBy(ApiKey, { userId })) >= KEYS_PER_USER) throw errors.tooManyKeys(KEYS_PER_USER);
}
