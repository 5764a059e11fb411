import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { now } from '../../common/time.js';
import { AppConfig } from '../../config/app-config.js';
import { DomainEvents } from '../../events/domain-events.js';
import { bySystem } from '../../events/event-actor.js';
import { BlobSweep } from './blob-sweep.js';
import type { DescribedContent } from './described-content.js';
import { FileVersion } from './file-version.entity.js';
import { keptBytesOf } from './kept-bytes.js';
import { foldName, StoredFile } from './stored-file.entity.js';

/**
 * Which contents a file has. The caller holds the row of the file in this transaction, and charges the difference of its
 * footprint at the end. Bytes that no content names any more are on the ledger from here on, and go after the commit.
 */
@Injectable()
export class ContentHistory {
  constructor(
    private readonly sweep: BlobSweep,
    private readonly events: DomainEvents,
    private readonly config: AppConfig,
  ) {}

  /**
   * Gives a file its next content. The one before stays as a version; the oldest beyond `VERSIONS_KEPT` are trimmed, each with a
   * `VERSION_DELETE` by the system. The number of the new content was never given before.
   * @returns the file as it is then.
   */
  async advance(tx: EntityManager, file: StoredFile, next: DescribedContent): Promise<StoredFile> {
    const { versionsKept } = this.config.files;
    const replaced = versionOf(file);
    const earlier = [replaced, ...(await this.#earlierOf(tx, file))];
    const kept = earlier.slice(0, versionsKept);
    const trimmed = earlier.slice(versionsKept);
    if (kept.includes(replaced)) await tx.insert(FileVersion, replaced);
    const { name, mimeType, size, sha256, blobKey } = next;
    const content = { name, nameFolded: foldName(name), mimeType, size, sha256, blobKey };
    const state = { version: file.version + 1, updatedAt: now(), keptBytes: keptBytesOf(kept, blobKey) };
    await tx.update(StoredFile, { id: file.id }, { ...content, ...state });
    await this.#forget(tx, trimmed, [...kept, next]);
    for (const { version, name: trimmedName } of trimmed) {
      await this.events.publishIn(tx, {
        type: 'file.version_deleted',
        actor: bySystem,
        ownerId: file.ownerId,
        fileId: file.id,
        name: trimmedName,
        version,
      });
    }
    return { ...file, ...content, ...state };
  }

  /**
   * Makes an earlier content the next one. It has the same bytes, so nothing is copied.
   * @returns the file as it is then, or null when it has no such version.
   */
  async restore(tx: EntityManager, file: StoredFile, version: number): Promise<StoredFile | null> {
    const earlier = await tx.findOneBy(FileVersion, { fileId: file.id, version });
    return earlier && this.advance(tx, file, earlier);
  }

  /**
   * Takes an earlier content away.
   * @returns the file as it is then and the name that the content had, or null when the file has no such version.
   */
  async drop(
    tx: EntityManager,
    file: StoredFile,
    version: number,
  ): Promise<{ file: StoredFile; name: string } | null> {
    const earlier = await this.#earlierOf(tx, file);
    const dropped = earlier.find((candidate) => candidate.version === version);
    if (dropped === undefined) return null;
    const kept = earlier.filter((candidate) => candidate !== dropped);
    const keptBytes = keptBytesOf(kept, file.blobKey);
    await tx.update(StoredFile, { id: file.id }, { keptBytes });
    await this.#forget(tx, [dropped], [...kept, file]);
    return { file: { ...file, keptBytes }, name: dropped.name };
  }

  /** Newest first. */
  #earlierOf(tx: EntityManager, { id: fileId }: StoredFile): Promise<FileVersion[]> {
    return tx.find(FileVersion, { where: { fileId }, order: { version: 'DESC' } });
  }

  /** Deletes the rows of `versions`, and condemns the bytes that none of `named` has. */
  async #forget(
    tx: EntityManager,
    versions: readonly FileVersion[],
    named: readonly { readonly blobKey: string }[],
  ): Promise<void> {
    const [first] = versions;
    if (first === undefined) return;
    await tx.delete(FileVersion, {
      fileId: first.fileId,
      version: In(versions.map(({ version }) => version)),
    });
    const alive = new Set(named.map(({ blobKey }) => blobKey));
    const blobKeys = [...new Set(versions.map(({ blobKey }) => blobKey))].filter((key) => !alive.has(key));
    await this.sweep.removeWith(tx, blobKeys);
  }
}

/** The current content of a file as the version that it becomes. */
function versionOf(file: StoredFile): FileVersion {
  const { id: fileId, version, name, mimeType, size, sha256, blobKey, updatedAt: createdAt } = file;
  return { fileId, version, name, mimeType, size, sha256, blobKey, createdAt };
}
