import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type FindOptionsWhere, LessThan, Repository } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { parseId, UUID } from '../../common/ids.js';
import type { PageQuery } from '../../common/paging/page-query.js';
import { decodeCursor, type Page, toPage } from '../../common/paging/paging.js';
import { errors } from '../../common/refusals/errors.js';
import { Transactions } from '../../database/transactions.js';
import { Denials } from '../../events/denials.js';
import { DomainEvents } from '../../events/domain-events.js';
import { FileLookup } from '../../files/catalogue/file-lookup.js';
import { ShareLink } from './share-link.entity.js';

/** Lists and revokes the links of a user. */
@Injectable()
export class OwnShares {
  constructor(
    @InjectRepository(ShareLink) private readonly links: Repository<ShareLink>,
    private readonly lookup: FileLookup,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
    private readonly denials: Denials,
  ) {}

  /** A page of the actor's links, newest first, those to files in the trash and those that have ended too. */
  list(actor: Actor, query: PageQuery): Promise<Page<ShareLink>> {
    return this.#page({ ownerId: actor.userId }, query);
  }

  /** A page of the links to a file. @throws `file_not_found`. */
  async listOf(actor: Actor, id: string, query: PageQuery): Promise<Page<ShareLink>> {
    const { id: fileId } = await this.lookup.get(actor, id);
    return this.#page({ fileId }, query);
  }

  /**
   * Revokes a link. It opens nothing from now on, and the downloads that it granted end, on every process.
   * @throws `share_not_found` for any other id. It is recorded as a denial, whether or not the id exists.
   */
  async revoke(actor: Actor, id: string): Promise<void> {
    const shareId = parseId(id);
    if (shareId === null) throw errors.shareNotFound();
    const own = { id: shareId, ownerId: actor.userId };
    const link = await this.links.findOneBy(own);
    if (link === null) return this.denials.refuse(actor, `share:${shareId}`, errors.shareNotFound());
    await this.transactions.run(async (tx) => {
      // The foreign key removes its grants with it.
      const { affected } = await tx.delete(ShareLink, own);
      if (affected !== 1) throw errors.shareNotFound();
      await this.events.publishIn(tx, {
        type: 'share.revoked',
        actor,
        ownerId: link.ownerId,
        shareId,
        fileId: link.fileId,
      });
    });
  }

  async #page(where: FindOptionsWhere<ShareLink>, { cursor, limit }: PageQuery): Promise<Page<ShareLink>> {
    const before = cursor === undefined ? {} : { id: LessThan(decodeCursor(cursor, UUID)) };
    const rows = await this.links.find({
      where: { ...where, ...before },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    return toPage(rows, limit, (link) => link.id);
  }
}
