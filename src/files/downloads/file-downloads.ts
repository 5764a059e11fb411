import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/access/actor.js';
import { ApiError } from '../../common/refusals/refusal.js';
import { errors } from '../../common/refusals/errors.js';
import { FileLookup } from '../catalogue/file-lookup.js';
import { type Content, currentContent } from '../contents/content.js';
import { KeptContents } from '../contents/kept-contents.js';
import type { Download } from './download.js';
import { type DownloadRequest, Downloads } from './downloads.js';

/** Each time, another request must delete the content between two steps of this one. */
const ATTEMPTS = 5;

/** Opens the contents of the actor's files. */
@Injectable()
export class FileDownloads {
  constructor(
    private readonly lookup: FileLookup,
    private readonly contents: KeptContents,
    private readonly downloads: Downloads,
  ) {}

  /** Opens what the file has now. @throws `file_not_found`; as `Downloads.open` does. */
  openCurrent(actor: Actor, id: string, request: DownloadRequest): Promise<Download> {
    return this.#open(actor, request, async () => currentContent(await this.lookup.get(actor, id)));
  }

  /** Opens a content by its number. @throws `file_not_found`, `version_not_found`; as `Downloads.open` does. */
  openVersion(actor: Actor, id: string, version: number, request: DownloadRequest): Promise<Download> {
    return this.#open(actor, request, async () => {
      const file = await this.lookup.get(actor, id);
      const content = await this.contents.find(file, version);
      if (content === null) throw errors.versionNotFound();
      return content;
    });
  }

  /** Finds a content and opens it. When it was deleted in between, what is there now is found anew. */
  async #open(actor: Actor, request: DownloadRequest, find: () => Promise<Content>): Promise<Download> {
    for (let attempt = 1; ; attempt++) {
      const content = await find();
      try {
        return await this.downloads.open(actor, content, request);
      } catch (error) {
        const gone = error instanceof ApiError && error.code === 'file_not_found';
        if (!gone || attempt === ATTEMPTS) throw error;
      }
    }
  }
}
