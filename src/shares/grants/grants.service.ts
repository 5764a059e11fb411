import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull, MoreThan } from 'typeorm';
import type { RequestContext } from '../../common/access/request-context.js';
import { errors } from '../../common/refusals/errors.js';
import { fromNow, now } from '../../common/time.js';
import { findForUpdate } from '../../database/find-for-update.js';
import { Transactions } from '../../database/transactions.js';
import { DomainEvents } from '../../events/domain-events.js';
import { byAnonymous } from '../../events/event-actor.js';
import { StoredFile } from '../../files/contents/stored-file.entity.js';
import { User } from '../../users/user.entity.js';
import { ShareLink } from '../links/share-link.entity.js';
import { hashOfToken, newShareToken } from '../links/share-token.js';
import { ShareGrant } from './share-grant.entity.js';
import { SharedFiles } from './shared-files.js';
import { SharePasswords } from './share-passwords.js';

const GRANT_MS = 3_600_000;

/** A granted download: the token with which it is fetched, for an hour. */
export interface Granted {
  readonly token: string;
  readonly file: StoredFile;
  readonly expiresAt: string;
}

/** Grants downloads to people who have a link. */
@Injectable()
export class Grants {
  constructor(
    private readonly shared: SharedFiles,
    private readonly passwords: SharePasswords,
    private readonly transactions: Transactions,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Grants one download of what the file has now. This, and nothing else, counts as a download of the link.
   * @param token of the grant. While it has a grant, that is given again and nothing is counted.
   * @throws `share_not_found` alike for every link that opens nothing, before a password is looked at; `share_password_required`,
   * `wrong_share_password`, `too_many_attempts`, `rate_limited`, `busy`.
   */
  async open(
    request: RequestContext,
    linkToken: string,
    password: string | undefined,
    token = newShareToken(),
  ): Promise<Granted> {
    const by = byAnonymous(request);
    const shared = await this.shared.get(linkToken);
    await this.passwords.require(by, shared, password);
    const { link } = shared;
    const tokenHash = hashOfToken(token);
    return this.transactions.run(async (tx) => {
      const file = await lockFile(tx, link);
      const earlier = await tx.findOneBy(ShareGrant, { tokenHash, expiresAt: MoreThan(now()) });
      if (earlier !== null) return { token, file, expiresAt: earlier.expiresAt };
      await countDownload(tx, link);
      const expiresAt = fromNow(GRANT_MS);
      const grant = { tokenHash, linkId: link.id, version: file.version, createdAt: now(), expiresAt };
      await tx.upsert(ShareGrant, grant, ['tokenHash']);
      await this.events.publishIn(tx, {
        type: 'share.opened',
        actor: by,
        ownerId: link.ownerId,
        shareId: link.id,
        fileId: file.id,
        name: file.name,
        version: file.version,
      });
      return { token, file, expiresAt };
    });
  }
}

/** The file of a link, as it stays until the end of the transaction. @throws `share_not_found`. */
async function lockFile(tx: EntityManager, { fileId, ownerId }: ShareLink): Promise<StoredFile> {
  const [file] = await findForUpdate(tx, StoredFile, { id: fileId, ownerId, trashedAt: IsNull() });
  const enabled = { id: ownerId, disabledAt: IsNull(), departedAt: IsNull() };
  if (file === undefined || !(await tx.existsBy(User, enabled))) throw errors.shareNotFound();
  return file;
}

/**
 * Counts one download of a link. The database compares, so that parallel requests cannot pass together. The file is locked
 * before, as when it is deleted.
 * @throws `share_not_found`.
 */
async function countDownload(tx: EntityManager, { id }: ShareLink): Promise<void> {
  const { affected } = await tx
    .createQueryBuilder()
    .update(ShareLink)
    .set({ downloads: () => 'downloads + 1' })
    .where({ id })
    .andWhere('(max_downloads IS NULL OR downloads < max_downloads)')
    .andWhere('(expires_at IS NULL OR expires_at > :now)', { now: now() })
    .execute();
  if (affected !== 1) throw errors.shareNotFound();
}
