import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import DataLoader from 'dataloader';
import { In, IsNull, Repository } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { parseId } from '../../common/ids.js';
import { Denials } from '../../events/denials.js';
import { StoredFile } from '../contents/stored-file.entity.js';

/** Rows in one query. A statement may have many more parameters than this. */
const MAX_BATCH = 100;

interface Claim {
  readonly id: string;
  readonly ownerId: string;
}

/**
 * Finds the rows of files. It reads the database at every call and keeps nothing.
 * Calls in the same turn of the event loop share one query, so that a busy server sends fewer queries.
 */
@Injectable()
export class FileLookup {
  readonly #loader = new DataLoader((claims: readonly Claim[]) => this.#findAll(claims), {
    cache: false,
    maxBatchSize: MAX_BATCH,
    batchScheduleFn: (ask) => void setImmediate(ask),
  });

  constructor(
    @InjectRepository(StoredFile) private readonly files: Repository<StoredFile>,
    private readonly denials: Denials,
  ) {}

  /**
   * Returns a file of the actor.
   * @throws `file_not_found` for any other id. The refusal is recorded as a denial. The record is the same
   * for another user's file and for an id that does not exist, so that the audit trail does not reveal which
   * ids exist.
   */
  async get(actor: Actor, id: string): Promise<StoredFile> {
    const fileId = parseId(id);
    if (fileId === null) throw errors.fileNotFound();
    const file = await this.find(fileId, actor.userId);
    return file ?? this.denials.refuse(actor, `file:${fileId}`, errors.fileNotFound());
  }

  /** Returns the file if this owner has it. Returns null for another user's file and for an unknown id. */
  find(id: string, ownerId: string): Promise<StoredFile | null> {
    return this.#loader.load({ id, ownerId });
  }

  async #findAll(claims: readonly Claim[]): Promise<(StoredFile | null)[]> {
    // The query names the owner too. Another user's row is not read, so the response time does not reveal
    // that it exists.
    const found = await this.files.findBy({
      id: anyOf(claims, 'id'),
      ownerId: anyOf(claims, 'ownerId'),
      trashedAt: IsNull(),
    });
    const byId = new Map(found.map((file) => [file.id, file]));
    return claims.map(({ id, ownerId }) => {
      const file = byId.get(id);
      return file?.ownerId === ownerId ? file : null;
    });
  }
}

function anyOf(claims: readonly Claim[], key: keyof Claim) {
  return In([...new Set(claims.map((claim) => claim[key]))]);
}
