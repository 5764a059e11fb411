import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The result of the first upload under an Idempotency-Key. A retry gets the same result. */
@Entity('idempotency_keys')
export class IdempotencyKey {
  @PrimaryColumn('varchar', { name: 'owner_id' })
  ownerId: string;

  @PrimaryColumn('varchar', { name: 'idempotency_key' })
  key: string;

  /** Identifies the uploaded content and name. A retry must bring the same. */
  @Column('varchar')
  fingerprint: string;

  /** The file as JSON, or sealed: only `Idempotency` reads and writes it. */
  @Column('text')
  file: string;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;
}
