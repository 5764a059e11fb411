import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Actor } from '../../../common/access/actor.js';
import type { AnswerWait } from '../../../common/answer-wait.js';
import { NewFiles } from '../../contents/new-files.js';
import { type Announced, NewUploads } from './new-uploads.js';
import type { ResumableUpload } from './resumable-upload.entity.js';
import { UploadCompletion } from './upload-completion.js';

/** Files without bytes: their upload is finished when it begins. */
@Injectable()
export class EmptyFiles {
  constructor(
    private readonly newFiles: NewFiles,
    private readonly newUploads: NewUploads,
    private readonly completion: UploadCompletion,
  ) {}

  /** @throws `digest_mismatch`, and what the storage throws. */
  async make(actor: Actor, announced: Announced, wait: AnswerWait): Promise<ResumableUpload> {
    const stored = await this.newFiles.store(actor, Readable.from([]), 0, wait);
    try {
      const made: ResumableUpload[] = [];
      await this.completion.commit(actor, announced, stored, async (tx, file) => {
        made[0] = await this.newUploads.insertFinished(tx, announced, file.id);
      });
      return made[0]!;
    } catch (error) {
      await this.newFiles.discard(stored);
      throw error;
    }
  }
}
