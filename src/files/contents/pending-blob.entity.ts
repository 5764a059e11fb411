import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from '../../database/column-transformers.js';

/**
 * A key of bytes that have no row: not yet, or no longer. Once its lease has ended, its bytes are removed.
 */
@Entity('pending_blobs')
export class PendingBlob {
  @PrimaryColumn('varchar', { name: 'blob_key' })
  blobKey: string;

  @Column('varchar', { name: 'lease_until' })
  leaseUntil: string;

  /** Whose upload it is; null of bytes that are only to be removed. */
  @Column('varchar', { name: 'owner_id', nullable: true })
  ownerId: string | null;

  /** Bytes that are counted for the owner while the upload runs. */
  @Column('bigint', { name: 'reserved_bytes', default: 0, transformer: wholeNumber })
  reserved: number;
}
