import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { UUID } from '../../common/ids.js';
import { decodeCursor, type Page, toPage } from '../../common/paging/paging.js';
import { scan } from '../../database/bounded-scan.js';
import { containing } from '../../database/containing.js';
import { Transactions } from '../../database/transactions.js';
import type { DomainEventOf } from '../../events/domain-event.js';
import { DomainEvents } from '../../events/domain-events.js';
import { BlobLedger } from '../contents/blob-ledger.js';
import { FileLookup } from './file-lookup.js';
import { normalizeFileName } from '../contents/file-name.js';
import type { ListFilesQuery } from './list-files.query.js';
import { foldName, StoredFile } from '../contents/stored-file.entity.js';

/** What somebody has uploaded: listing, describing, renaming, deleting. */
@Injectable()
export class FilesService {
  constructor(
    @InjectRepository(StoredFile) private readonly files: Repository<StoredFile>,
    private readonly lookup: FileLookup,
    private readonly ledger: BlobLedger,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /** A page of the actor's files, newest first. */
  async list(actor: Actor, query: ListFilesQuery): Promise<Page<StoredFile>> {
    const own = this.files.createQueryBuilder('f').where({ ownerId: actor.userId });
    const before = query.cursor === undefined ? null : decodeCursor(query.cursor, UUID);
    const { rows, scannedTo } = await scan(
      { rows: own, key: 'f.id', order: 'DESC', before },
      containing('f.nameFolded', query.name === undefined ? undefined : foldName(query.name)),
      query.limit + 1,
    );
    const page = toPage(rows, query.limit, (file) => file.id, scannedTo);
    await this.events.publish({
      type: 'file.listed',
      actor,
      ownerId: actor.userId,
      count: page.items.length,
    });
    return page;
  }

  /** @throws `file_not_found`, `invalid_file_name`. */
  async rename(actor: Actor, id: string, newName: string): Promise<StoredFile> {
    const name = normalizeFileName(newName);
    const file = await this.lookup.get(actor, id);
    await this.transactions.run(async (tx) => {
      const { affected } = await tx.update(
        StoredFile,
        { id: file.id, ownerId: actor.userId },
        { name, nameFolded: foldName(name) },
      );
      if (affected !== 1) throw errors.fileNotFound();
      await this.events.publishIn(tx, {
        type: 'file.renamed',
        actor,
        ...reference(file),
        name,
      });
    });
    return { ...file, name };
  }

  /** Row before bytes: a crash leaves bytes to sweep, never a row without them. @throws `file_not_found`. */
  async delete(actor: Actor, id: string): Promise<void> {
    const file = await this.lookup.get(actor, id);
    await this.transactions.run(async (tx) => {
      const { affected } = await tx.delete(StoredFile, { id: file.id, ownerId: actor.userId });
      if (affected !== 1) throw errors.fileNotFound();
      await this.ledger.condemn(tx, [file.blobKey]);
      await this.events.publishIn(tx, {
        type: 'file.deleted',
        actor,
        ...reference(file),
        name: file.name,
      });
    });
    await this.ledger.remove([file.blobKey]);
  }

  /** Removes the files of a user who leaves: the rows in the same transaction, the bytes once it has committed. */
  @OnEvent('user.deleted', { suppressErrors: false })
  async removeAllOf({ userId: ownerId }: DomainEventOf<'user.deleted'>, tx: EntityManager): Promise<void> {
    const files = await tx.find(StoredFile, { select: { id: true, blobKey: true }, where: { ownerId } });
    const blobKeys = files.map(({ blobKey }) => blobKey);
    await tx.delete(StoredFile, { ownerId });
    await this.ledger.condemn(tx, blobKeys);
    this.transactions.afterCommit(tx, () => this.ledger.remove(blobKeys));
  }
}

function reference(file: StoredFile) {
  return { ownerId: file.ownerId, fileId: file.id };
}
