import { Injectable } from '@nestjs/common';
import { errors } from '../../common/refusals/errors.js';
import { FileLookup } from '../../files/catalogue/file-lookup.js';
import { LivingLinks } from '../links/living-links.js';
import type { SharedFile } from './shared-file.js';

/** Finds what links open. */
@Injectable()
export class SharedFiles {
  constructor(
    private readonly links: LivingLinks,
    private readonly lookup: FileLookup,
  ) {}

  /** Counts nothing and hashes nothing. @throws `share_not_found`, alike for every link that opens nothing. */
  async get(token: string): Promise<SharedFile> {
    const link = await this.links.find(token);
    const file = link && (await this.lookup.find(link.fileId, link.ownerId));
    if (link === null || file === null) throw errors.shareNotFound();
    return { link, file };
  }
}
