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

  /** When it signed in or was last refreshed. */
  @Column('varchar', { name: 'last_used_at', nullable: true })
  lastUsedAt: string | null;

  @Column('varchar', { name: 'expires_at' })
  expiresAt: string;

  @Column('varchar', { name: 'ended_at', nullable: true })
  endedAt: string | null;

  @Column('varchar', { nullable: true })
  ip: string | null;

  @Column('varchar', { name: 'user_agent', nullable: true })
  userAgent: string | null;
}
