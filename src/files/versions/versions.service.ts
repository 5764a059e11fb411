import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/access/actor.js';
import type { PageQuery } from '../../common/paging/page-query.js';
import { decodeCursor, type Page, toPage } from '../../common/paging/paging.js';
import { errors } from '../../common/refusals/errors.js';
import { DomainEvents } from '../../events/domain-events.js';
import { FileLookup } from '../catalogue/file-lookup.js';
import type { Content } from '../contents/content.js';
import { ContentHistory } from '../contents/content-history.js';
import { FileChanges } from '../contents/file-changes.js';
import { KeptContents } from '../contents/kept-contents.js';
import type { StoredFile } from '../contents/stored-file.entity.js';

/** The number of a version in a cursor. */
const NUMBER = /^[1-9]\d{0,9}$/;

/** Lists, restores and deletes the contents of a file. */
@Injectable()
export class VersionsService {
  constructor(
    private readonly lookup: FileLookup,
    private readonly contents: KeptContents,
    private readonly history: ContentHistory,
    private readonly changes: FileChanges,
    private readonly events: DomainEvents,
  ) {}

  /** A page of the contents of a file, newest first, with the current one. @throws `file_not_found`, `invalid_cursor`. */
  async list(actor: Actor, id: string, { cursor, limit }: PageQuery): Promise<Page<Content>> {
    const file = await this.lookup.get(actor, id);
    const before = cursor === undefined ? null : Number(decodeCursor(cursor, NUMBER));
    const found = await this.contents.list(file, before, limit + 1);
    return toPage(found, limit, ({ version }) => String(version));
  }

  /**
   * Makes an earlier content the current one, under a new number and with the name and media type that it had. It stays a version,
   * too; no bytes are copied. The current content is left as it is.
   * @throws `file_not_found`, `version_not_found`.
   */
  async restore(actor: Actor, id: string, version: number): Promise<StoredFile> {
    const { id: fileId } = await this.lookup.get(actor, id);
    return this.changes.run(actor, fileId, async (tx, file) => {
      if (version === file.version) return { file };
      const restored = await this.history.restore(tx, file, version);
      if (restored === null) throw errors.versionNotFound();
      const { ownerId, name } = restored;
      await this.events.publishIn(tx, {
        type: 'file.version_restored',
        actor,
        ownerId,
        fileId,
        name,
        version,
      });
      return { file: restored };
    });
  }

  /** Deletes an earlier content. @throws `file_not_found`, `version_not_found`, `version_current`. */
  async delete(actor: Actor, id: string, version: number): Promise<void> {
    const { id: fileId } = await this.lookup.get(actor, id);
    await this.changes.run(actor, fileId, async (tx, file) => {
      if (version === file.version) throw errors.versionCurrent();
      const dropped = await this.history.drop(tx, file, version);
      if (dropped === null) throw errors.versionNotFound();
      await this.events.publishIn(tx, {
        type: 'file.version_deleted',
        actor,
        ownerId: file.ownerId,
        fileId,
        name: dropped.name,
        version,
      });
      return { file: dropped.file };
    });
  }
}
