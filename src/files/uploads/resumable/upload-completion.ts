import { Injectable } from '@nestjs/common';
import type { Actor } from '../../../common/access/actor.js';
import { ApiError } from '../../../common/refusals/refusal.js';
import { isForeignKeyViolation } from '../../../database/driver-errors.js';
import type { Alongside } from '../../contents/alongside.js';
import type { StoredBytes } from '../../contents/blob-writer.js';
import { describeContent } from '../../contents/described-content.js';
import { NewContents } from '../../contents/new-contents.js';
import { NewFiles } from '../../contents/new-files.js';
import type { StoredFile } from '../../contents/stored-file.entity.js';
import type { HeldLease } from './held-lease.js';
import type { ResumableUpload } from './resumable-upload.entity.js';
import { SealedBytes } from './sealed-bytes.js';
import { UploadRecords } from './upload-records.js';

/** What an upload becomes: its name, and the file whose content it replaces. */
export type Destination = Pick<ResumableUpload, 'name' | 'mimeType' | 'sha256' | 'replaces'>;

/** Turns sealed uploads into files, through the same seam as every other upload. */
@Injectable()
export class UploadCompletion {
  constructor(
    private readonly bytes: SealedBytes,
    private readonly records: UploadRecords,
    private readonly newFiles: NewFiles,
    private readonly newContents: NewContents,
  ) {}

  /**
   * Makes the file of a sealed upload, with its audit record, in the transaction that ends the upload. `sha256` is the digest when
   * all bytes were seen on the way; otherwise they are read again. After a failure it can be repeated.
   * @returns the upload as it is then.
   * @throws `digest_mismatch`, which ends the upload; `file_not_found` when the file to replace is gone; `upload_locked`.
   */
  async finish(
    actor: Actor,
    lease: HeldLease,
    upload: ResumableUpload,
    sha256: string | null,
  ): Promise<ResumableUpload> {
    try {
      return await this.#finish(actor, lease, upload, sha256);
    } catch (error) {
      // This request has ended the upload itself then. A beat may have found that meanwhile, and would blame another one.
      if (isMismatch(error)) throw error;
      throw await this.records.explain(lease, upload, error);
    }
  }

  /** Commits stored bytes as a new file, or as the new content of one. `alongside` writes in the same transaction. */
  async commit(
    actor: Actor,
    to: Destination,
    stored: StoredBytes,
    alongside: Alongside,
  ): Promise<StoredFile> {
    const announced = { name: to.name, mediaType: to.mimeType, sha256: to.sha256 };
    const content = describeContent(stored, announced);
    if (to.replaces === null)
      return this.newFiles.commit(actor, this.newFiles.describe(actor, content), alongside);
    const replacement = { fileId: to.replaces, conditions: {} };
    return this.newContents.commit(actor, replacement, content, alongside);
  }

  async #finish(
    actor: Actor,
    lease: HeldLease,
    upload: ResumableUpload,
    sha256: string | null,
  ): Promise<ResumableUpload> {
    const sealed = await this.bytes.unite(upload, (whole) => this.records.record(lease, upload, whole));
    const blobKey = sealed.growth!.keys[0];
    const stored = { blobKey, size: upload.length, sha256: sha256 ?? (await this.bytes.digestOf(blobKey)) };
    try {
      const file = await this.commit(actor, upload, stored, (tx, made) =>
        this.records.finish(tx, lease, sealed, made),
      );
      return { ...sealed, state: 'finished', offset: upload.length, growth: null, fileId: file.id };
    } catch (error) {
      if (isMismatch(error)) await this.records.end(lease, sealed);
      if (!isRefusal(error)) throw error;
      throw await this.newFiles.refused(actor, error, false, upload.replaces);
    }
  }
}

function isMismatch(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'digest_mismatch';
}

/** False for what another attempt may change. */
function isRefusal(error: unknown): boolean {
  if (isForeignKeyViolation(error)) return true;
  return error instanceof ApiError && [400, 401, 404].includes(error.status);
}
