import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A nonce that a key has used. */
@Entity('request_nonces')
export class RequestNonce {
  @PrimaryColumn('varchar', { name: 'key_id' })
  keyId: string;

  @PrimaryColumn('varchar')
  nonce: string;

  /** From then on every signature with this nonce is too old. */
  @Column('varchar', { name: 'expires_at' })
  expiresAt: string;
}
