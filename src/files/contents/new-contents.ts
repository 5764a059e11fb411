import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { DomainEvents } from '../../events/domain-events.js';
import { type Preconditions, writeMayReplace } from '../conditions/preconditions.js';
import type { Alongside } from './alongside.js';
import { BlobLedger } from './blob-ledger.js';
import { currentContent, representationOf } from './content.js';
import { ContentHistory } from './content-history.js';
import type { DescribedContent } from './described-content.js';
import { FileChanges } from './file-changes.js';
import type { StoredFile } from './stored-file.entity.js';

/** Which file gets a new content, and under which conditions. */
export interface Replacement {
  readonly fileId: string;
  /** Compared with the current content, in the transaction that replaces it. */
  readonly conditions: Preconditions;
}

/**
 * Stored bytes become the new content of a file here, by all upload protocols. The bytes come from `NewFiles.store`; when `commit`
 * rejects, the caller discards them.
 */
@Injectable()
export class NewContents {
  constructor(
    private readonly changes: FileChanges,
    private readonly history: ContentHistory,
    private readonly ledger: BlobLedger,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Refuses early what `commit` would refuse now. A later change of the file is found by `commit` alone.
   * @throws `precondition_failed`.
   */
  requireMatch(file: StoredFile, conditions: Preconditions): void {
    if (!writeMayReplace(conditions, representationOf(currentContent(file))))
      throw errors.preconditionFailed();
  }

  /**
   * Makes `content` the current content of a file of the actor; the one before stays as a version. When it resolves, bytes, rows and
   * audit record survive a power loss.
   * @returns the file as it is then.
   * @throws whatever `alongside` throws; `file_not_found` also for a file in the trash; `precondition_failed`; `quota_exceeded`;
   * `storage_unavailable` when the bytes were swept before.
   */
  commit(
    actor: Actor,
    { fileId, conditions }: Replacement,
    content: DescribedContent,
    alongside?: Alongside,
  ): Promise<StoredFile> {
    return this.ledger.fit(content.blobKey, () =>
      this.changes.run(actor, fileId, async (tx, file) => {
        this.requireMatch(file, conditions);
        const replaced = await this.history.advance(tx, file, content);
        const reserved = await this.ledger.settle(tx, content.blobKey);
        await alongside?.(tx, replaced);
        await this.events.publishIn(tx, {
          type: 'file.replaced',
          actor,
          ownerId: file.ownerId,
          fileId,
          name: replaced.name,
          mimeType: replaced.mimeType,
          size: replaced.size,
          sha256: replaced.sha256,
          version: replaced.version,
        });
        return { file: replaced, reserved };
      }),
    );
  }
}
