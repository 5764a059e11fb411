import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from '../../database/column-transformers.js';

/** A file somebody uploaded. Its bytes never change; its name may. */
@Entity('files')
export class StoredFile {
  @PrimaryColumn('varchar')
  id: string;

  @Column('varchar', { name: 'owner_id' })
  ownerId: string;

  @Column('varchar')
  name: string;

  /** What a search by name looks at. */
  @Column('varchar', { name: 'name_folded' })
  nameFolded: string;

  /** As the client declared it; downloads carry it only if it is harmless. */
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
}

/** The form of a name that searches compare: without regard to case or compatibility forms. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
