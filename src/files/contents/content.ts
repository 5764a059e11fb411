import type { Representation } from '../conditions/preconditions.js';
import type { FileVersion } from './file-version.entity.js';
import type { StoredFile } from './stored-file.entity.js';

/** One content of a file: what a download gives. */
export interface Content {
  readonly fileId: string;
  readonly ownerId: string;
  /** From 1. */
  readonly version: number;
  /** False of an earlier content. */
  readonly current: boolean;
  readonly name: string;
  readonly mimeType: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** The key of the bytes in the storage. */
  readonly blobKey: string;
  /** When this content was made. */
  readonly createdAt: string;
}

/** The content that a file has now. */
export function currentContent(file: StoredFile): Content {
  const { id: fileId, ownerId, updatedAt: createdAt } = file;
  const { version, name, mimeType, size, sha256, blobKey } = file;
  return { fileId, ownerId, version, current: true, name, mimeType, size, sha256, blobKey, createdAt };
}

/** A content that the file had before. */
export function earlierContent({ ownerId }: StoredFile, earlier: FileVersion): Content {
  return { ...earlier, ownerId, current: false };
}

/** What the conditions of a request are compared with. */
export function representationOf({ sha256, createdAt, size }: Content): Representation {
  // HTTP dates have whole seconds.
  const lastModified = new Date(Math.floor(Date.parse(createdAt) / 1000) * 1000);
  return { entityTag: `"${sha256}"`, lastModified, size };
}
