import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { TokenPurpose } from './letters/token-purpose.js';

/** The token of a link. Only its hash is stored. It is good once. */
@Entity('mailed_tokens')
export class MailedToken {
  /** SHA-256 in hex. The token has 256 random bits, so no slow hash is needed. */
  @PrimaryColumn('varchar', { name: 'token_hash' })
  tokenHash: string;

  @Column('varchar', { name: 'user_id' })
  userId: string;

  /** The mail with the link. A mail that is sent again gets a new token in place of this one. */
  @Column('varchar', { name: 'mail_id', nullable: true })
  mailId: string | null;

  @Column('varchar')
  purpose: TokenPurpose;

  /** The address that received the token, and that it confirms. */
  @Column('varchar')
  email: string;

  @Column('varchar', { name: 'expires_at' })
  expiresAt: string;
}
