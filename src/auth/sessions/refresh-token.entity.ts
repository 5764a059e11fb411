import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A refresh token. Only its SHA-256 is stored. */
@Entity('refresh_tokens')
export class RefreshToken {
  /** SHA-256 of the token, in hex. */
  @PrimaryColumn('varchar', { name: 'token_hash' })
  tokenHash: string;

  /**
   * SHA-256 of the bytes that all tokens of the session share, in hex. Null in rows older than this column:
   * such a token is recognised only by its row.
   */
  @Column('varchar', { name: 'family_hash', nullable: true })
  familyHash: string | null;

  @Column('varchar', { name: 'session_id' })
  sessionId: string;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;

  /** When it was used. For 10 s after that it still returns its successor. */
  @Column('varchar', { name: 'replaced_at', nullable: true })
  replacedAt: string | null;

  /**
   * Its successor, encrypted with a key that is derived from this token. Only the holder of this token can
   * read it.
   */
  @Column('varchar', { nullable: true })
  successor: string | null;
}
