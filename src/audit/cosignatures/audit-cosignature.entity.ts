import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from '../../database/column-transformers.js';

/** What is known of one outside witness, for all instances. */
@Entity('audit_cosignatures')
export class AuditCosignature {
  /** The vkey of the witness. */
  @PrimaryColumn('varchar', { length: 300 })
  witness: string;

  /** When a checkpoint was last offered, in milliseconds since 1970. */
  @Column('bigint', { name: 'attempted_at', transformer: wholeNumber })
  attemptedAt: number;

  /** The size of the newest checkpoint that the witness has cosigned, by its own answer. */
  @Column('bigint', { name: 'known_size', transformer: wholeNumber })
  knownSize: number;

  /** The newest checkpoint with a cosignature, as the log signed it. Null before the first. */
  @Column('text', { nullable: true })
  note: string | null;

  /** The cosignature: a signature line of that note, without its line feed. */
  @Column('text', { nullable: true })
  line: string | null;
}
