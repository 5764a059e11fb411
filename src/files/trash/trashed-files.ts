import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThanOrEqual, Repository } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { parseId } from '../../common/ids.js';
import type { PageQuery } from '../../common/paging/page-query.js';
import { decodeCursor, type Page, toPage } from '../../common/paging/paging.js';
import { errors } from '../../common/refusals/errors.js';
import { AppConfig } from '../../config/app-config.js';
import { Denials } from '../../events/denials.js';
import { DomainEvents } from '../../events/domain-events.js';
import { StoredFile } from '../contents/stored-file.entity.js';
import { inTrash } from './in-trash.js';
import { expiryOf } from './trash-time.js';

/** The sort key of the trash: when the file was trashed, and its id. */
const KEY = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A file in the trash: since when, and when it may be removed for good. */
export interface TrashedFile {
  readonly file: StoredFile;
  readonly trashed: string;
  readonly expires: string;
}

/** Finds files that are in the trash. */
@Injectable()
export class TrashedFiles {
  constructor(
    @InjectRepository(StoredFile) private readonly files: Repository<StoredFile>,
    private readonly denials: Denials,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
  ) {}

  /**
   * Returns a file in the trash of the actor.
   * @throws `file_not_found` for any other id. The refusal is recorded, in the same way for every id.
   */
  async get(actor: Actor, id: string): Promise<StoredFile> {
    const fileId = parseId(id);
    if (fileId === null) throw errors.fileNotFound();
    const file = await this.files.findOneBy({ id: fileId, ownerId: actor.userId, trashedAt: inTrash() });
    return file ?? this.denials.refuse(actor, `file:${fileId}`, errors.fileNotFound());
  }

  /** A page of the actor's trash, most recently trashed first. */
  async list(actor: Actor, query: PageQuery): Promise<Page<TrashedFile>> {
    const select = this.files
      .createQueryBuilder('f')
      .where({ ownerId: actor.userId, trashedAt: inTrash() })
      .orderBy('f.trashedAt', 'DESC')
      .addOrderBy('f.id', 'DESC')
      .limit(query.limit + 1);
    if (query.cursor !== undefined) {
      const [trashedAt, id] = decodeCursor(query.cursor, KEY).split(' ');
      // One comparison of both columns: SQLite and PostgreSQL begin at this place of the index.
      select.andWhere('(f.trashedAt, f.id) < (:trashedAt, :id)', { trashedAt, id });
    }
    const rows = (await select.getMany()).flatMap((file) => this.#describe(file));
    const page = toPage(rows, query.limit, ({ file, trashed }) => `${trashed} ${file.id}`);
    await this.events.publish({
      type: 'file.listed',
      actor,
      ownerId: actor.userId,
      count: page.items.length,
      inTrash: true,
    });
    return page;
  }

  /** When the last of the owner's files was trashed. Null when the trash is empty. */
  async lastTrashing(ownerId: string): Promise<string | null> {
    const newest = await this.files.findOne({
      select: { id: true, trashedAt: true },
      where: { ownerId, trashedAt: inTrash() },
      order: { trashedAt: 'DESC' },
    });
    return newest?.trashedAt ?? null;
  }

  /** True when a file that the owner has trashed until a time is in the trash. */
  hasUntil(ownerId: string, time: string): Promise<boolean> {
    return this.files.existsBy({ ownerId, trashedAt: LessThanOrEqual(time) });
  }

  #describe(file: StoredFile): TrashedFile[] {
    const { trashedAt } = file;
    if (trashedAt === null) return [];
    return [{ file, trashed: trashedAt, expires: expiryOf(trashedAt, this.config.files.trashDays) }];
  }
}
