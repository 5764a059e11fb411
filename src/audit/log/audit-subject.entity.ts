import { Column, Entity, PrimaryColumn } from 'typeorm';
import { base64, wholeNumber } from '../../database/column-transformers.js';

/** The state of the chain of one subject's entries. */
@Entity('audit_subjects')
export class AuditSubject {
  @PrimaryColumn('varchar')
  subject: string;

  @Column('bigint', { transformer: wholeNumber })
  entries: number;

  /** The leaf hash of the newest entry. Null before the first. */
  @Column('text', { transformer: base64, name: 'last_leaf', nullable: true })
  lastLeaf: Buffer | null;

  /** From this time on, personal values of this person are no longer stored. */
  @Column('varchar', { name: 'erased_at', nullable: true })
  erasedAt: string | null;
}
