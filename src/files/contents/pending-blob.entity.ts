import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Bytes that no file owns, yet or any more. What is here after its lease has ended is garbage. */
@Entity('pending_blobs')
export class PendingBlob {
  @PrimaryColumn('varchar', { name: 'blob_key' })
  blobKey: string;

  @Column('varchar', { name: 'lease_until' })
  leaseUntil: string;
}
