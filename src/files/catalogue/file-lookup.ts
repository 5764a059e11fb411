import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import DataLoader from 'dataloader';
import { In, Repository } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { parseId } from '../../common/ids.js';
import { Denials } from '../../events/denials.js';
import { StoredFile } from '../contents/stored-file.entity.js';

/** Rows of one question: far below what a statement may have of parameters. */
const MAX_BATCH = 100;

interface Claim {
  readonly id: string;
  readonly ownerId: string;
}

/**
 * Finds files, as they are in the database when it is asked. What is looked for in the same turn of the event loop is
 * one question: under load, asking costs more than answering.
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
   * One of the actor's files.
   * @throws `file_not_found`, recorded as a denial, for any other id. A foreign id and one that does not
   * exist leave the same record: the trail, too, must not tell them apart.
   */
  async get(actor: Actor, id: string): Promise<StoredFile> {
    const fileId = parseId(id);
    if (fileId === null) throw errors.fileNotFound();
    const file = await this.find(fileId, actor.userId);
    return file ?? this.denials.refuse(actor, `file:${fileId}`, errors.fileNotFound());
  }

  /** The file of this owner, or null: for the id of somebody else's as for one that does not exist. */
  find(id: string, ownerId: string): Promise<StoredFile | null> {
    return this.#loader.load({ id, ownerId });
  }

  async #findAll(claims: readonly Claim[]): Promise<(StoredFile | null)[]> {
    // By owner as well: somebody else's file is not even read, so that no time tells of it.
    const found = await this.files.findBy({ id: anyOf(claims, 'id'), ownerId: anyOf(claims, 'ownerId') });
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
