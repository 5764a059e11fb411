import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Repository } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { UUID } from '../../common/ids.js';
import { decodeCursor, type Page, toPage } from '../../common/paging/paging.js';
import { scan, unindexed } from '../../database/bounded-scan.js';
import { containing } from '../../database/containing.js';
import { DomainEvents } from '../../events/domain-events.js';
import { FileLookup } from './file-lookup.js';
import { FileChanges } from '../contents/file-changes.js';
import { normalizeFileName } from '../contents/file-name.js';
import type { ListFilesQuery } from './list-files.query.js';
import { foldName, StoredFile } from '../contents/stored-file.entity.js';

/** The id in the form of the index `files_listed`, which no other index has. */
const LISTED_BY = unindexed('f.id');

/** Lists and renames the files of a user. */
@Injectable()
export class FilesService {
  constructor(
    @InjectRepository(StoredFile) private readonly files: Repository<StoredFile>,
    private readonly lookup: FileLookup,
    private readonly changes: FileChanges,
    private readonly events: DomainEvents,
  ) {}

  /** A page of the actor's files, newest first. */
  async list(actor: Actor, query: ListFilesQuery): Promise<Page<StoredFile>> {
    const own = this.files.createQueryBuilder('f').where({ ownerId: actor.userId, trashedAt: IsNull() });
    const before = query.cursor === undefined ? null : decodeCursor(query.cursor, UUID);
    const { rows, scannedTo } = await scan(
      { rows: own, key: LISTED_BY, order: 'DESC', before },
      containing('f.nameFolded', query.name === undefined ? undefined : foldName(query.name)),
      query.limit + 1,
    );
    const page = toPage(rows, query.limit, (file) => file.id, scannedTo);
    await this.events.publish({
      type: 'file.listed',
      actor,
      ownerId: actor.userId,
      count: page.items.length,
      inTrash: false,
    });
    return page;
  }

  /** @throws `file_not_found`, `invalid_file_name`. */
  async rename(actor: Actor, id: string, newName: string): Promise<StoredFile> {
    const name = normalizeFileName(newName);
    const { id: fileId } = await this.lookup.get(actor, id);
    return this.changes.run(actor, fileId, async (tx, file) => {
      const naming = { name, nameFolded: foldName(name) };
      await tx.update(StoredFile, { id: fileId }, naming);
      await this.events.publishIn(tx, {
        type: 'file.renamed',
        actor,
        ownerId: file.ownerId,
        fileId,
        name,
      });
      return { file: { ...file, ...naming } };
    });
  }
}
