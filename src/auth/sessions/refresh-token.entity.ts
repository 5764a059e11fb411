import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A refresh token, known only by its SHA-256. */
@Entity('refresh_tokens')
export class RefreshToken {
  /** SHA-256 of the token, in hex. */
  @PrimaryColumn('varchar', { name: 'token_hash' })
  tokenHash: string;

  /**
   * SHA-256 of what all tokens of the session begin with, in hex; null for one that was last used before there were
   * families, whose row is then all that tells of it.
   */
  @Column('varchar', { name: 'family_hash', nullable: true })
  familyHash: string | null;

  @Column('varchar', { name: 'session_id' })
  sessionId: string;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;

  /** When it was used; from then on it is good for nothing but its successor, for a moment. */
  @Column('varchar', { name: 'replaced_at', nullable: true })
  replacedAt: string | null;

  /** Its successor, sealed with this token itself: only who holds the one can learn the other. */
  @Column('varchar', { nullable: true })
  successor: string | null;
}
