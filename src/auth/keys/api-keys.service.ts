import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, LessThan, Not, Repository } from 'typeorm';
import type { Actor, KeyActor } from '../../common/actor.js';
import { errors } from '../../common/errors.js';
import { newId, parseId, UUID } from '../../common/ids.js';
import { composed } from '../../common/max-characters.js';
import type { PageQuery } from '../../common/page-query.js';
import { decodeCursor, type Page, toPage } from '../../common/paging.js';
import type { RequestContext } from '../../common/request-context.js';
import { fromNow, now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { Denials } from '../../events/denials.js';
import { DomainEvents } from '../../events/domain-events.js';
import { findUserForUpdate } from '../../users/find-user-for-update.js';
import { UsersService } from '../../users/users.service.js';
import { type RecentActor, RecentActors } from '../../common/access/recent-actors.js';
import { ApiKey } from './api-key.entity.js';
import type { CreateKeyInput } from './create-key.input.js';
import { hashOfKey, isWellFormedKey, newKeySecret } from './key-secret.js';

const CACHED_KEYS = 10_000;
/** Keys of one user, those that have expired and were not revoked included: as many as the list shows. */
const KEYS_PER_USER = 100;
const LAST_USE_STEP_MS = 10 * 60_000;
const DAY_MS = 24 * 3_600_000;

/** Keys for programs: made, listed and revoked by their user, and recognised without a query per request. */
@Injectable()
export class ApiKeysService {
  readonly #logger = new Logger(ApiKeysService.name);
  /** Whom a key acts for, by its hash. */
  readonly #known = new RecentActors<KeyActor>(CACHED_KEYS, (keyHash) => this.#load(keyHash));

  constructor(
    @InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>,
    private readonly users: UsersService,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
    private readonly denials: Denials,
  ) {
    users.onRightsChanged((userId) => this.#known.forgetUser(userId));
  }

  /**
   * Makes a key. The secret is returned here and can never be asked for again.
   * @throws `too_many_keys`.
   */
  async create(actor: Actor, input: CreateKeyInput): Promise<{ key: ApiKey; secret: string }> {
    const secret = newKeySecret();
    const key: ApiKey = {
      id: newId(),
      userId: actor.userId,
      name: composed(input.name),
      scopes: input.scopes,
      keyHash: hashOfKey(secret),
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
      });
    });
    return { key, secret };
  }

  /** A page of the actor's keys that are not revoked, newest first. */
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
   * Revokes a key: it stops working here at once and within 5 s elsewhere.
   * @throws `key_not_found` for any other id, recorded as a denial whether or not it is somebody's.
   */
  async revoke(actor: Actor, id: string): Promise<void> {
    const keyId = parseId(id);
    if (keyId === null) throw errors.keyNotFound();
    const key = await this.keys.findOneBy({ id: keyId, userId: actor.userId, revokedAt: IsNull() });
    if (key === null) return this.denials.refuse(actor, `key:${keyId}`, errors.keyNotFound());
    await this.transactions.run(async (tx) => {
      const { affected } = await tx.update(ApiKey, { id: key.id, revokedAt: IsNull() }, { revokedAt: now() });
      if (affected !== 1) throw errors.keyNotFound();
      this.transactions.afterCommit(tx, () => this.#known.set(key.keyHash, null));
      await this.events.publishIn(tx, {
        type: 'key.revoked',
        actor,
        userId: actor.userId,
        keyId: key.id,
      });
    });
  }

  /** Whom a key acts for; null for anything that is not a working key. Nonsense never reaches the database. */
  async findActor(request: RequestContext, token: string): Promise<KeyActor | null> {
    if (!isWellFormedKey(token)) return null;
    const known = await this.#known.get(hashOfKey(token));
    return known === null ? null : { ...known.actor, request };
  }

  async #load(keyHash: string): Promise<RecentActor<KeyActor> | null> {
    const key = await this.keys.findOneBy({ keyHash, revokedAt: IsNull() });
    if (key === null || (key.expiresAt !== null && key.expiresAt <= now())) return null;
    const user = await this.users.findEnabled(key.userId);
    if (user === null) return null;
    if (key.lastUsedAt === null || key.lastUsedAt < fromNow(-LAST_USE_STEP_MS)) await this.#noteUse(key);
    return {
      actor: { type: 'key', userId: user.id, keyId: key.id, scopes: key.scopes, roles: user.roles },
      expiresAt: key.expiresAt === null ? Infinity : Date.parse(key.expiresAt),
    };
  }

  /** Coarse, so that a busy key costs no write per request; a failure costs nobody their answer. */
  async #noteUse(key: ApiKey): Promise<void> {
    try {
      await this.transactions.run(async (tx) => {
        await tx.update(ApiKey, { id: key.id }, { lastUsedAt: now() });
      });
    } catch (error) {
      this.#logger.warn({ err: error as Error, key_id: key.id }, 'the last use of a key could not be noted');
    }
  }
}

/**
 * Holds the user, so that keys which are made at the same time are counted one after the other, and removes what is left
 * of revoked ones.
 * @throws `too_many_keys`.
 */
async function makeRoom(tx: EntityManager, userId: string): Promise<void> {
  if ((await findUserForUpdate(tx, userId)) === null) throw errors.unauthorized();
  await tx.delete(ApiKey, { userId, revokedAt: Not(IsNull()) });
  if ((await tx.countBy(ApiKey, { userId })) >= KEYS_PER_USER) throw errors.tooManyKeys(KEYS_PER_USER);
}
