import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { now } from '../../common/time.js';
import { StoredFile } from '../../files/contents/stored-file.entity.js';
import { User } from '../../users/user.entity.js';
import { ShareLink } from './share-link.entity.js';
import { hashOfToken, isWellFormedToken } from './share-token.js';

/** Finds the links that open something now. Nothing is cached: what has ended opens nothing on any process. */
@Injectable()
export class LivingLinks {
  constructor(@InjectRepository(ShareLink) private readonly links: Repository<ShareLink>) {}

  /**
   * The link with this token. Null when it is unknown, revoked, expired or used up, when its file is in the trash, and when its
   * owner is disabled or gone. One query decides all of it, so that the time of the answer does not tell which.
   */
  async find(token: string): Promise<ShareLink | null> {
    if (!isWellFormedToken(token)) return null;
    return this.links
      .createQueryBuilder('l')
      .innerJoin(StoredFile, 'f', 'f.id = l.fileId AND f.trashedAt IS NULL')
      .innerJoin(User, 'u', 'u.id = l.ownerId AND u.disabledAt IS NULL AND u.departedAt IS NULL')
      .where('l.tokenHash = :hash', { hash: hashOfToken(token) })
      .andWhere('(l.expiresAt IS NULL OR l.expiresAt > :now)', { now: now() })
      .andWhere('(l.maxDownloads IS NULL OR l.downloads < l.maxDownloads)')
      .getOne();
  }
}
