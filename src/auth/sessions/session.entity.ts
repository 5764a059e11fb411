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

  @Column('varchar', { name: 'expires_at' })
  expiresAt: string;

  @Column('varchar', { name: 'ended_at', nullable: true })
  endedAt: string | null;
}
