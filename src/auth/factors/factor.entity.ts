import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A second factor of a user: what they have beside what they know. */
@Entity('factors')
export class Factor {
  @PrimaryColumn('varchar')
  id: string;

  @Column('varchar', { name: 'user_id' })
  userId: string;

  @Column('varchar')
  type: 'totp' | 'passkey';

  @Column('varchar')
  name: string;

  /** The shared secret of a TOTP factor, sealed by `SealedSecrets`. Null for a passkey. */
  @Column('varchar', { name: 'sealed_secret', nullable: true })
  sealedSecret: string | null;

  /** The newest time step whose code was used. Codes of it and of earlier steps are used up (RFC 6238, section 5.2). */
  @Column('integer', { name: 'last_step' })
  lastStep: number;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;

  /** Null until the user has shown a code of it. Only confirmed factors count. */
  @Column('varchar', { name: 'confirmed_at', nullable: true })
  confirmedAt: string | null;

  @Column('varchar', { name: 'last_used_at', nullable: true })
  lastUsedAt: string | null;
}
