import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A refresh token, known only by its SHA-256. */
@Entity('refresh_tokens')
export class RefreshToken {
  /** SHA-256 of the token, in hex. */
  @PrimaryColumn('varchar', { name: 'token_hash' })
  tokenHash: string;

  /**
   * SHA-256 of what all tokens of the session begin with, in hex. Null in rows that are older than this column: such a
   * token is recognised by its row only.
   */
  @Column('varchar', { name: 'family_hash', nullable: true })
  familyHash: string | null;

  @Column('varchar', { name: 'session_id' })
  sessionId: string;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;

  /** When it was used. For 10 s after that it still gives its successor, and then nothing. */
  @Column('varchar', { name: 'replaced_at', nullable: true })
  replacedAt: string | null;

  /** Its successor, encrypted with a key that is derived from this token: only its holder can read it. */
  @Column('varchar', { nullable: true })
  successor: string | null;
}
