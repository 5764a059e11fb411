import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Scope } from '../../common/access/scopes.js';

/** A key for a program that acts for a user, known only by its SHA-256. */
@Entity('api_keys')
export class ApiKey {
  @PrimaryColumn('varchar')
  id: string;

  @Column('varchar', { name: 'user_id' })
  userId: string;

  @Column('varchar')
  name: string;

  @Column('simple-array')
  scopes: Scope[];

  /** SHA-256 of the key, in hex. */
  @Column('varchar', { name: 'key_hash' })
  keyHash: string;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;

  @Column('varchar', { name: 'expires_at', nullable: true })
  expiresAt: string | null;

  /** To within ten minutes. */
  @Column('varchar', { name: 'last_used_at', nullable: true })
  lastUsedAt: string | null;

  @Column('varchar', { name: 'revoked_at', nullable: true })
  revokedAt: string | null;
}
