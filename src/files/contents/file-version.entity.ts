import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from '../../database/column-transformers.js';

/** An earlier content of a file, as it was when another one took its place. */
@Entity('file_versions')
export class FileVersion {
  @PrimaryColumn('varchar', { name: 'file_id' })
  fileId: string;

  /** From 1; never given twice within a file. */
  @PrimaryColumn('integer')
  version: number;

  @Column('varchar')
  name: string;

  @Column('varchar', { name: 'mime_type' })
  mimeType: string;

  @Column('bigint', { transformer: wholeNumber })
  size: number;

  /** Lower-case hex. */
  @Column('varchar')
  sha256: string;

  /** The key of the bytes in the storage. Versions of one file may share it: restoring copies no bytes. */
  @Column('varchar', { name: 'blob_key' })
  blobKey: string;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;
}
