import type { KeyObject } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Not, Repository } from 'typeorm';
import { type RecentActor, RecentActors } from '../../common/access/recent-actors.js';
import type { KeyActor } from '../../common/access/actor.js';
import type { RequestContext } from '../../common/access/request-context.js';
import { UUID } from '../../common/ids.js';
import { fromNow, now } from '../../common/time.js';
import { Transactions } from '../../database/transactions.js';
import { UserRights } from '../../users/user-rights.js';
import { UsersService } from '../../users/users.service.js';
import { ApiKey } from './api-key.entity.js';
import { hashOfKey, isWellFormedKey } from './key-secret.js';
import { toKeyObject } from './public-key.js';

const CACHED_KEYS = 10_000;
const LAST_USE_STEP_MS = 10 * 60_000;

/** A live key in the cache. */
interface RecentKey extends RecentActor<KeyActor> {
  readonly key: ApiKey;
  /** Null for a secret. */
  readonly publicKey: KeyObject | null;
}

/** A live key that signs requests. */
export interface Signer {
  readonly actor: KeyActor;
  readonly key: ApiKey;
  readonly publicKey: KeyObject;
}

/**
 * The keys that are neither revoked nor expired, with their actors. A cache saves a query at every request.
 */
@Injectable()
export class LiveKeys {
  readonly #logger = new Logger(LiveKeys.name);
  /** The cache, by the hash of a secret, and by the id of a key that signs. */
  readonly #actors = new RecentActors<KeyActor, RecentKey>(CACHED_KEYS, (name) => this.#load(name));

  constructor(
    @InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>,
    private readonly users: UsersService,
    private readonly transactions: Transactions,
    rights: UserRights,
  ) {
    rights.onChanged((userId) => this.#actors.forgetUser(userId));
  }

  /** The actor of a key. Null when it is not a live key. A malformed key is refused without a query. */
  async findActor(request: RequestContext, token: string): Promise<KeyActor | null> {
    if (!isWellFormedKey(token)) return null;
    const known = await this.#actors.get(hashOfKey(token));
    return known === null ? null : { ...known.actor, request };
  }

  /**
   * The key with this id. Null when it is not a live key with a public key. An id of another form is refused without a query. The
   * id is no secret: call `noteUse` when the caller has proved to have the private key.
   */
  async findSigner(request: RequestContext, id: string): Promise<Signer | null> {
    if (!UUID.test(id)) return null;
    const known = await this.#actors.get(id);
    if (known === null || known.publicKey === null) return null;
    return { actor: { ...known.actor, request }, key: known.key, publicKey: known.publicKey };
  }

  /** Call it after a revocation has committed. The key stops working on this process. */
  noteRevoked({ keyHash, id }: ApiKey): void {
    this.#actors.set(keyHash ?? id, null);
  }

  async #load(name: string): Promise<RecentKey | null> {
    const named = UUID.test(name) ? { id: name, publicKey: Not(IsNull()) } : { keyHash: name };
    const key = await this.keys.findOneBy({ ...named, revokedAt: IsNull() });
    if (key === null || (key.expiresAt !== null && key.expiresAt <= now())) return null;
    const user = await this.users.findEnabled(key.userId);
    if (user === null) return null;
    if (key.publicKey === null) await this.noteUse(key);
    return {
      actor: { type: 'key', userId: user.id, keyId: key.id, scopes: key.scopes, roles: user.roles },
      expiresAt: key.expiresAt === null ? Infinity : Date.parse(key.expiresAt),
      key,
      publicKey: key.publicKey === null ? null : toKeyObject(key.publicKey),
    };
  }

  /**
   * Stores the time of use at most every ten minutes, so that most requests write nothing. When it fails, the
   * request is still answered.
   */
  async noteUse(key: ApiKey): Promise<void> {
    if (key.lastUsedAt !== null && key.lastUsedAt >= fromNow(-LAST_USE_STEP_MS)) return;
    try {
      await this.transactions.run(async (tx) => {
        await tx.update(ApiKey, { id: key.id }, { lastUsedAt: now() });
      });
      key.lastUsedAt = now();
    } catch (error) {
      this.#logger.warn({ err: error as Error, key_id: key.id }, 'the last use of a key could not be stored');
    }
  }
}
