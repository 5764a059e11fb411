import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Actor } from '../../../common/access/actor.js';
import { NewFiles } from '../../contents/new-files.js';
import type { Outcome } from '../idempotency.js';
import { MultipartUploads } from './multipart-uploads.js';

/** Makes new files of multipart requests. */
@Injectable()
export class UploadsService {
  constructor(
    private readonly uploads: MultipartUploads,
    private readonly newFiles: NewFiles,
  ) {}

  /** Stores the file of a multipart request. When it resolves, bytes, row and audit record survive a power loss. */
  upload(actor: Actor, request: Request): Promise<Outcome> {
    return this.uploads.receive(actor, request, {
      fileId: null,
      admit: () => undefined,
      commit: (content, alongside) =>
        this.newFiles.commit(actor, this.newFiles.describe(actor, content), alongside),
    });
  }
}
