import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { now } from '../../common/time.js';
import { FileLookup } from '../../files/catalogue/file-lookup.js';
import type { Content } from '../../files/contents/content.js';
import { KeptContents } from '../../files/contents/kept-contents.js';
import { User } from '../../users/user.entity.js';
import { ShareLink } from '../links/share-link.entity.js';
import { hashOfToken, isWellFormedToken } from '../links/share-token.js';
import { ShareGrant } from './share-grant.entity.js';

/** Finds what grants give. Nothing is cached: a grant that has ended gives nothing on any process. */
@Injectable()
export class GrantedContents {
  constructor(
    @InjectRepository(ShareGrant) private readonly grants: Repository<ShareGrant>,
    private readonly lookup: FileLookup,
    private readonly contents: KeptContents,
  ) {}

  /**
   * The content of a grant. Null when the grant is unknown or over, when its link was revoked, when its file is in the trash or
   * gone, when its owner is disabled or gone, and when the content is not kept any more.
   */
  async find(token: string): Promise<Content | null> {
    if (!isWellFormedToken(token)) return null;
    const granted = await this.grants
      .createQueryBuilder('g')
      .innerJoin(ShareLink, 'l', 'l.id = g.linkId')
      .innerJoin(User, 'u', 'u.id = l.ownerId AND u.disabledAt IS NULL AND u.departedAt IS NULL')
      .where('g.tokenHash = :hash', { hash: hashOfToken(token) })
      .andWhere('g.expiresAt > :now', { now: now() })
      .select(['l.fileId AS file_id', 'l.ownerId AS owner_id', 'g.version AS version'])
      .getRawOne<{ file_id: string; owner_id: string; version: number }>();
    const file = granted && (await this.lookup.find(granted.file_id, granted.owner_id));
    return file ? this.contents.find(file, granted.version) : null;
  }
}
