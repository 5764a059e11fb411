import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { StoredFile } from '../contents/stored-file.entity.js';

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

  @Column('simple-json')
  file: StoredFile;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;
}
