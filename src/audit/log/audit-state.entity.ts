import { Column, Entity, PrimaryColumn } from 'typeorm';
import { base64, wholeNumber } from '../../database/column-transformers.js';

/** The only row's id. */
export const STATE_ID = 1;

/** How far the log has come. Whoever holds a lock on its only row is the sequencer. */
@Entity('audit_state')
export class AuditState {
  @PrimaryColumn('integer')
  id: number;

  /** Entries so far, and so the next `seq`. */
  @Column('bigint', { transformer: wholeNumber })
  size: number;

  /** The root of the tree of `size` leaves; null before the first. */
  @Column('text', { transformer: base64, nullable: true })
  root: Buffer | null;

  /** The signed checkpoint of `size` and `root`. */
  @Column('text', { nullable: true })
  checkpoint: string | null;

  /** Entries that retention has removed from the front. */
  @Column('bigint', { name: 'pruned_size', transformer: wholeNumber })
  prunedSize: number;
}
