import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Repository } from 'typeorm';
import { type RecentActor, RecentActors } from '../../common/access/recent-actors.js';
import type { KeyActor } from '../../common/access/actor.js';
import type { RequestContext } from '../../common/access/request-context.js';
import { fromNow, now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { UsersService } from '../../users/users.service.js';
import { ApiKey } from './api-key.entity.js';
import { hashOfKey, isWellFormedKey } from './key-secret.js';

const CACHED_KEYS = 10_000;
const LAST_USE_STEP_MS = 10 * 60_000;

/** The keys that are neither revoked nor expired, and whom they act for: known without a query at every request. */
@Injectable()
export class LiveKeys {
  readonly #logger = new Logger(LiveKeys.name);
  /** By the hash of the key. */
  readonly #actors = new RecentActors<KeyActor>(CACHED_KEYS, (keyHash) => this.#load(keyHash));

  constructor(
    @InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>,
    private readonly users: UsersService,
    private readonly transactions: Transactions,
  ) {
    users.onRightsChanged((userId) => this.#actors.forgetUser(userId));
  }

  /** Whom a key acts for; null for anything that is not a live key. What is not well-formed never reaches the database. */
  async findActor(request: RequestContext, token: string): Promise<KeyActor | null> {
    if (!isWellFormedKey(token)) return null;
    const known = await this.#actors.get(hashOfKey(token));
    return known === null ? null : { ...known.actor, request };
  }

  /** To be called once a revocation has committed: from now on nobody acts by the key. */
  noteRevoked({ keyHash }: ApiKey): void {
    this.#actors.set(keyHash, null);
  }

  async #load(keyHash: string): Promise<RecentActor<KeyActor> | null> {
    const key = await this.keys.findOneBy({ keyHash, revokedAt: IsNull() });
    if (key === null || (key.expiresAt !== null && key.expiresAt <= now())) return null;
    const user = await this.users.findEnabled(key.userId);
    if (user === null) return null;
    await this.#noteUse(key);
    return {
      actor: { type: 'key', userId: user.id, keyId: key.id, scopes: key.scopes, roles: user.roles },
      expiresAt: key.expiresAt === null ? Infinity : Date.parse(key.expiresAt),
    };
  }

  /** At most every ten minutes, so that a request costs no write. When it fails, the request is answered all the same. */
  async #noteUse(key: ApiKey): Promise<void> {
    if (key.lastUsedAt !== null && key.lastUsedAt >= fromNow(-LAST_USE_STEP_MS)) return;
    try {
      await this.transactions.run(async (tx) => {
        await tx.update(ApiKey, { id: key.id }, { lastUsedAt: now() });
      });
    } catch (error) {
      this.#logger.warn({ err: error as Error, key_id: key.id }, 'the last use of a key could not be noted');
    }
  }
}
