import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { Actor } from '../../common/access/actor.js';
import { newId } from '../../common/ids.js';
import { composed } from '../../common/input/max-characters.js';
import { errors } from '../../common/refusals/errors.js';
import { fromNow, now } from '../../common/time.js';
import { Passwords } from '../../auth/passwords/passwords.js';
import { findForUpdate } from '../../database/find-for-update.js';
import { Transactions } from '../../database/transactions.js';
import { DomainEvents } from '../../events/domain-events.js';
import { FileLookup } from '../../files/catalogue/file-lookup.js';
import { StoredFile } from '../../files/contents/stored-file.entity.js';
import type { CreateShareInput } from './create-share.input.js';
import { makeRoom } from './link-limits.js';
import { ShareLink } from './share-link.entity.js';
import { hashOfToken, newShareToken } from './share-token.js';

/** Makes links to the actor's files. */
@Injectable()
export class NewShares {
  constructor(
    private readonly lookup: FileLookup,
    private readonly passwords: Passwords,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Makes a link. The token is returned only here. A password costs a hash, out of the budget of the address.
   * @throws `file_not_found`, `too_many_shares`, `rate_limited`, `busy`.
   */
  async create(
    actor: Actor,
    id: string,
    input: CreateShareInput,
  ): Promise<{ link: ShareLink; token: string }> {
    const { id: fileId } = await this.lookup.get(actor, id);
    const token = newShareToken();
    const link: ShareLink = {
      id: newId(),
      ownerId: actor.userId,
      fileId,
      tokenHash: hashOfToken(token),
      passwordHash: input.password === undefined ? null : await this.passwords.hash(actor, input.password),
      note: input.note === undefined ? null : composed(input.note),
      maxDownloads: input.max_downloads ?? null,
      downloads: 0,
      createdAt: now(),
      expiresAt: input.expires_in === undefined ? null : fromNow(input.expires_in * 1000),
    };
    await this.transactions.run(async (tx) => {
      // The file before the user: changes of a file lock in this order, too.
      const [file] = await findForUpdate(tx, StoredFile, {
        id: fileId,
        ownerId: actor.userId,
        trashedAt: IsNull(),
      });
      if (file === undefined) throw errors.fileNotFound();
      await makeRoom(tx, link);
      await tx.insert(ShareLink, link);
      await this.events.publishIn(tx, {
        type: 'share.created',
        actor,
        ownerId: link.ownerId,
        shareId: link.id,
        fileId,
        name: file.name,
        expiresAt: link.expiresAt,
        maxDownloads: link.maxDownloads,
        hasPassword: link.passwordHash !== null,
      });
    });
    return { link, token };
  }
}
