import { Injectable } from '@nestjs/common';
import type { Actor } from '../../../common/access/actor.js';
import type { AnswerWait } from '../../../common/answer-wait.js';
import { errors } from '../../../common/refusals/errors.js';
import { AppConfig } from '../../../config/app-config.js';
import { FileLookup } from '../../catalogue/file-lookup.js';
import { normalizeFileName } from '../../contents/file-name.js';
import { FreeSpace } from '../../contents/free-space.js';
import { normalizeMediaType } from '../../contents/media-type.js';
import type { StoredFile } from '../../contents/stored-file.entity.js';
import { EmptyFiles } from './empty-files.js';
import { NewUploads } from './new-uploads.js';
import type { ResumableUpload } from './resumable-upload.entity.js';
import { parseMetadata, type UploadMetadata } from './upload-metadata.js';

/** The name of a file whose client sends none. */
const UNNAMED = 'upload';

/** Begins uploads. */
@Injectable()
export class UploadCreation {
  constructor(
    private readonly files: FileLookup,
    private readonly space: FreeSpace,
    private readonly newUploads: NewUploads,
    private readonly emptyFiles: EmptyFiles,
    private readonly config: AppConfig,
  ) {}

  /**
   * Begins an upload of `length` bytes with these `Upload-Metadata`. A file without bytes is made at once.
   * @throws `file_too_large`, `quota_exceeded`, `too_many_uploads`, `storage_full`, `invalid_upload_header`, `invalid_file_name`, and
   * `file_not_found` for a file to replace.
   */
  async create(actor: Actor, length: number, metadata: string, wait: AnswerWait): Promise<ResumableUpload> {
    const limit = this.config.files.maxResumableUploadBytes;
    if (length > limit) throw errors.fileTooLarge(limit);
    const parsed = parseMetadata(metadata);
    const replaced = parsed.replaces === null ? null : await this.files.get(actor, parsed.replaces);
    const announced = { ownerId: actor.userId, length, metadata, ...destinationOf(parsed, replaced) };
    if (length === 0) return this.emptyFiles.make(actor, announced, wait);
    // The requests that bring the bytes reserve space; here only what cannot fit is refused.
    (await this.space.reserve(length)).release();
    return this.newUploads.open(announced);
  }
}

/** A new content keeps the name and the type of the file when the client sends none. */
function destinationOf(
  { filename, filetype, sha256, replaces }: UploadMetadata,
  replaced: StoredFile | null,
) {
  return {
    name: filename === null ? (replaced?.name ?? UNNAMED) : normalizeFileName(filename),
    mimeType: filetype === null && replaced !== null ? replaced.mimeType : normalizeMediaType(filetype ?? ''),
    sha256,
    replaces,
  };
}
