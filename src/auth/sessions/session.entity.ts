import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One sign-in on one device. */
@Entity('sessions')
export class Session {
  @PrimaryColumn('varchar')
  id: string;

  @Column('varchar', { name: 'user_id' })
  userId: string;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;

  /** The time of the sign-in or of the last refresh. */
  @Column('varchar', { name: 'last_used_at', nullable: true })
  lastUsedAt: string | null;

  /** When the user has last shown who they are: at the sign-in, or by confirming the session. */
  @Column('varchar', { name: 'confirmed_at', nullable: true })
  confirmedAt: string | null;

  /** How the user signed in (RFC 8176). */
  @Column('simple-array')
  amr: string[];

  @Column('varchar', { name: 'expires_at' })
  expiresAt: string;

  @Column('varchar', { name: 'ended_at', nullable: true })
  endedAt: string | null;

  /** The address of the sign-in; its keyed hash when it is sealed. */
  @Column('varchar', { nullable: true })
  ip: string | null;

  @Column('varchar', { name: 'user_agent', nullable: true })
  userAgent: string | null;

  /** Address and user agent, sealed. Null in a plain row. Only `SessionRows` reads it. */
  @Column('text', { nullable: true })
  personal: string | null;
}
