import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Actor } from '../../../common/access/actor.js';
import { FileLookup } from '../../catalogue/file-lookup.js';
import { NewContents } from '../../contents/new-contents.js';
import type { Outcome } from '../idempotency.js';
import { MultipartUploads } from './multipart-uploads.js';

/** Gives files a new content from multipart requests. */
@Injectable()
export class ReplacementsService {
  constructor(
    private readonly uploads: MultipartUploads,
    private readonly lookup: FileLookup,
    private readonly newContents: NewContents,
  ) {}

  /**
   * Makes the file of a multipart request the content of the actor's file `id`. The conditions of the request are judged before its
   * bytes, and again in the transaction. Those of a retry are not judged: it gets the first result.
   * @throws `file_not_found`, `precondition_failed`.
   */
  async replace(actor: Actor, id: string, request: Request): Promise<Outcome> {
    const file = await this.lookup.get(actor, id);
    const replacement = { fileId: file.id, conditions: request.headers };
    return this.uploads.receive(actor, request, {
      fileId: file.id,
      admit: () => this.newContents.requireMatch(file, request.headers),
      commit: (content, alongside) => this.newContents.commit(actor, replacement, content, alongside),
    });
  }
}
