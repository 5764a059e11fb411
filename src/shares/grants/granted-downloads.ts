import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/access/request-context.js';
import { errors } from '../../common/refusals/errors.js';
import { ApiError } from '../../common/refusals/refusal.js';
import { byAnonymous } from '../../events/event-actor.js';
import type { Download } from '../../files/downloads/download.js';
import { type DownloadRequest, Downloads } from '../../files/downloads/downloads.js';
import { GrantedContents } from './granted-contents.js';

/** Opens the downloads that links have granted. */
@Injectable()
export class GrantedDownloads {
  constructor(
    private readonly contents: GrantedContents,
    private readonly downloads: Downloads,
  ) {}

  /** @throws `grant_not_found`; as `Downloads.open` does. */
  async open(request: RequestContext, token: string, asked: DownloadRequest): Promise<Download> {
    const content = await this.contents.find(token);
    if (content === null) throw errors.grantNotFound();
    try {
      return await this.downloads.open(byAnonymous(request), content, asked);
    } catch (error) {
      // The content was deleted in between.
      if (error instanceof ApiError && error.code === 'file_not_found') throw errors.grantNotFound();
      throw error;
    }
  }
}
