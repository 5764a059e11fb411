import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A sign-in whose password was right and that waits for the second factor. */
@Entity('sign_in_challenges')
export class SignInChallenge {
  /** SHA-256 in hex of what the client has. */
  @PrimaryColumn('varchar', { name: 'challenge_hash' })
  challengeHash: string;

  @Column('varchar', { name: 'user_id' })
  userId: string;

  /** Identifies the password that was right. The challenge ends when another one is set. */
  @Column('varchar', { name: 'password_mark' })
  passwordMark: string;

  /** How often a factor was tried. */
  @Column('integer')
  tries: number;

  @Column('varchar', { name: 'expires_at' })
  expiresAt: string;
}
