import { Column, Entity, PrimaryColumn } from 'typeorm';
import { base64, wholeNumber } from '../../database/column-transformers.js';

/** The id of the only row. */
export const STATE_ID = 1;

/** The state of the log. The process that holds a lock on its only row is the sequencer. */
@Entity('audit_state')
export class AuditState {
  @PrimaryColumn('integer')
  id: number;

  /** The number of entries, which is also the next `seq`. */
  @Column('bigint', { transformer: wholeNumber })
  size: number;

  /** The root of the tree of `size` leaves. Null before the first entry. */
  @Column('text', { transformer: base64, nullable: true })
  root: Buffer | null;

  /** The signed checkpoint of `size` and `root`. */
  @Column('text', { nullable: true })
  checkpoint: string | null;

  /** Entries that retention has removed from the front. */
  @Column('bigint', { name: 'pruned_size', transformer: wholeNumber })
  prunedSize: number;
}
