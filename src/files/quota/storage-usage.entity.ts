import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from '../../database/column-transformers.js';

/** How many bytes are kept for a user, and how many may be. */
@Entity('storage_usage')
export class StorageUsage {
  @PrimaryColumn('varchar', { name: 'owner_id' })
  ownerId: string;

  @Column('bigint', { name: 'files_bytes', default: 0, transformer: wholeNumber })
  files: number;

  @Column('bigint', { name: 'versions_bytes', default: 0, transformer: wholeNumber })
  versions: number;

  @Column('bigint', { name: 'trash_bytes', default: 0, transformer: wholeNumber })
  trash: number;

  @Column('bigint', { name: 'reserved_bytes', default: 0, transformer: wholeNumber })
  reserved: number;

  /** Set by an admin; null = the general quota, 0 = no limit. */
  @Column('bigint', { name: 'quota_bytes', nullable: true, transformer: wholeNumber })
  quota: number | null;

  /** When the account was deleted: nothing more is taken in. */
  @Column('varchar', { name: 'closed_at', nullable: true })
  closedAt: string | null;
}
