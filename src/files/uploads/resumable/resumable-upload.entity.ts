import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from '../../../database/column-transformers.js';
import type { Growth } from '../../storage/growing-storage.js';

/**
 * `open` takes bytes. `sealed` has all of them, and is not a file yet. `finished` is a file. `ended` was removed before that.
 */
export type UploadState = 'open' | 'sealed' | 'finished' | 'ended';

/** The states in which bytes are kept for an upload. */
export const UNFINISHED_STATES = ['open', 'sealed'] as const satisfies UploadState[];

/** A file that arrives over several requests. */
@Entity('resumable_uploads')
export class ResumableUpload {
  @PrimaryColumn('varchar')
  id: string;

  @Column('varchar', { name: 'owner_id' })
  ownerId: string;

  @Column('varchar')
  state: UploadState;

  /** Bytes of the whole file. */
  @Column('bigint', { transformer: wholeNumber })
  length: number;

  /** Bytes that the client knows to be safe. It becomes `length` only with the file. */
  @Column('bigint', { name: 'upload_offset', transformer: wholeNumber })
  offset: number;

  /** The name of the file. */
  @Column('varchar')
  name: string;

  @Column('varchar', { name: 'mime_type' })
  mimeType: string;

  /** The expected digest in hex; null when the client sent none. */
  @Column('varchar', { nullable: true })
  sha256: string | null;

  /** The file that gets a new content; null for a new file. */
  @Column('varchar', { nullable: true })
  replaces: string | null;

  /** `Upload-Metadata` as sent; empty when there was none. */
  @Column('text')
  metadata: string;

  /** What the storage has; null when the upload is finished or ended. */
  @Column('simple-json', { nullable: true })
  growth: Growth | null;

  /** The file that it has become. */
  @Column('varchar', { name: 'file_id', nullable: true })
  fileId: string | null;

  /** Counts the requests that have held the upload. A holder writes only while the number is its own. */
  @Column('integer', { name: 'lease_number', default: 0 })
  leaseNumber: number;

  /** Null while no request holds the upload. */
  @Column('varchar', { name: 'lease_holder', nullable: true })
  leaseHolder: string | null;

  /** A living holder increments it every second. */
  @Column('integer', { name: 'lease_beat', default: 0 })
  leaseBeat: number;

  /** True when another request waits for the upload. */
  @Column('boolean', { name: 'lease_wanted', default: false })
  leaseWanted: boolean;

  /** True when a holder that has vanished may still be writing. */
  @Column('boolean', { default: false })
  disputed: boolean;

  /** When it is removed, unless bytes arrive before. */
  @Column('varchar', { name: 'expires_at' })
  expiresAt: string;
}
