import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A challenge that has opened something. It opens nothing else. */
@Entity('used_passkey_challenges')
export class UsedChallenge {
  /** The random part of the challenge, in base64url. */
  @PrimaryColumn('varchar')
  nonce: string;

  @Column('varchar', { name: 'expires_at' })
  expiresAt: string;
}
