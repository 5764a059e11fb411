import { Column, Entity, PrimaryColumn } from 'typeorm';
import { base64, wholeNumber } from '../../database/column-transformers.js';

/**
 * The personal values of an entry, with the salt of their digest. Deleting the row erases them; the log stays
 * verifiable. In an encrypted installation, `PrivateRows` seals and opens it.
 */
@Entity('audit_private')
export class AuditPrivate {
  @PrimaryColumn('bigint', { transformer: wholeNumber })
  seq: number;

  @Column('varchar', { name: 'occurred_at' })
  occurredAt: string;

  /** A copy of the address in the values, for searches. */
  @Column('varchar', { nullable: true })
  ip: string | null;

  @Column('text', { transformer: base64 })
  salt: Buffer;

  /** Canonical JSON. */
  @Column('text', { name: 'private_values' })
  values: string;
}
