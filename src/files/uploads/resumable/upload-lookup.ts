import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThan, MoreThan, Repository } from 'typeorm';
import type { Actor } from '../../../common/access/actor.js';
import { parseId, UUID } from '../../../common/ids.js';
import type { PageQuery } from '../../../common/paging/page-query.js';
import { decodeCursor, type Page, toPage } from '../../../common/paging/paging.js';
import { errors } from '../../../common/refusals/errors.js';
import { now } from '../../../common/time.js';
import { Denials } from '../../../events/denials.js';
import { ResumableUpload, UNFINISHED_STATES } from './resumable-upload.entity.js';

/** Finds uploads of their owner. */
@Injectable()
export class UploadLookup {
  constructor(
    @InjectRepository(ResumableUpload) private readonly uploads: Repository<ResumableUpload>,
    private readonly denials: Denials,
  ) {}

  /**
   * Returns an upload of the actor, unfinished or finished.
   * @throws `upload_gone` when it has expired or was deleted; `upload_not_found` for any other id. That refusal is recorded, in the
   * same way for every id.
   */
  async get(actor: Actor, id: string): Promise<ResumableUpload> {
    const uploadId = parseId(id);
    if (uploadId === null) throw errors.uploadNotFound();
    const upload = await this.uploads.findOneBy({ id: uploadId, ownerId: actor.userId });
    if (upload === null) return this.denials.refuse(actor, `upload:${uploadId}`, errors.uploadNotFound());
    if (upload.state === 'ended' || upload.expiresAt < now()) throw errors.uploadGone();
    return upload;
  }

  /** A page of the actor's unfinished uploads, newest first. */
  async list(actor: Actor, { limit, cursor }: PageQuery): Promise<Page<ResumableUpload>> {
    const before = cursor === undefined ? {} : { id: LessThan(decodeCursor(cursor, UUID)) };
    const rows = await this.uploads.find({
      where: { ownerId: actor.userId, state: In(UNFINISHED_STATES), expiresAt: MoreThan(now()), ...before },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    return toPage(rows, limit, ({ id }) => id);
  }
}
