import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from '../../database/column-transformers.js';

/** A file somebody uploaded, with its current content; earlier ones are a `FileVersion` each. Bytes never change: a new content has new ones. */
@Entity('files')
export class StoredFile {
  @PrimaryColumn('varchar')
  id: string;

  @Column('varchar', { name: 'owner_id' })
  ownerId: string;

  @Column('varchar')
  name: string;

  /** The form of the name that searches compare. */
  @Column('varchar', { name: 'name_folded' })
  nameFolded: string;

  /** As the client declared it. Downloads use it only when it is a harmless type. */
  @Column('varchar', { name: 'mime_type' })
  mimeType: string;

  @Column('bigint', { transformer: wholeNumber })
  size: number;

  /** Lower-case hex. */
  @Column('varchar')
  sha256: string;

  /** The key of the bytes in the storage. */
  @Column('varchar', { name: 'blob_key' })
  blobKey: string;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;

  /** The number of the current content, from 1. */
  @Column('integer')
  version: number;

  /** When the current content was made. */
  @Column('varchar', { name: 'updated_at' })
  updatedAt: string;

  /** Bytes of the earlier contents that are kept; what several share, or share with the current one, is counted once. */
  @Column('bigint', { name: 'kept_bytes', transformer: wholeNumber })
  keptBytes: number;

  /** Null while the file is not in the trash. */
  @Column('varchar', { name: 'trashed_at', nullable: true })
  trashedAt: string | null;
}

/** The form of a name that searches compare: lower case and Unicode NFKC. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
