import { Entity, PrimaryColumn } from 'typeorm';

/** A code that stands in for a lost factor, once. */
@Entity('recovery_codes')
export class RecoveryCode {
  @PrimaryColumn('varchar', { name: 'user_id' })
  userId: string;

  /** SHA-256 in hex. The code has 80 random bits, so no slow hash is needed. */
  @PrimaryColumn('varchar', { name: 'code_hash' })
  codeHash: string;
}
