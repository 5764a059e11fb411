import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { StoredFile } from '../contents/stored-file.entity.js';

/** The result of the first upload under an Idempotency-Key, kept so that a retry is told the same. */
@Entity('idempotency_keys')
export class IdempotencyKey {
  @PrimaryColumn('varchar', { name: 'owner_id' })
  ownerId: string;

  @PrimaryColumn('varchar', { name: 'idempotency_key' })
  key: string;

  /** Of what was uploaded: a retry must bring the same. */
  @Column('varchar')
  fingerprint: string;

  @Column('simple-json')
  file: StoredFile;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;
}
