import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Scope } from '../../common/access/scopes.js';

/**
 * A key of a program that acts for a user. It is a secret, of which only the SHA-256 is stored, or the public key of signed
 * requests.
 */
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

  /** SHA-256 of the secret, in hex. Null for a key that signs. */
  @Column('varchar', { name: 'key_hash', nullable: true })
  keyHash: string | null;

  /** The Ed25519 key of signed requests: the base64 of its SPKI. Null for a key that is a secret. */
  @Column('varchar', { name: 'public_key', nullable: true })
  publicKey: string | null;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;

  @Column('varchar', { name: 'expires_at', nullable: true })
  expiresAt: string | null;

  /** Accurate to ten minutes. */
  @Column('varchar', { name: 'last_used_at', nullable: true })
  lastUsedAt: string | null;

  @Column('varchar', { name: 'revoked_at', nullable: true })
  revokedAt: string | null;
}
