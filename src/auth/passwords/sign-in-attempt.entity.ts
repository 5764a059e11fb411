import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How many sign-ins have failed, for one account or one address, in a window of 15 minutes. */
@Entity('sign_in_attempts')
export class SignInAttempt {
  @PrimaryColumn('varchar', { name: 'attempt_key' })
  key: string;

  @Column('integer')
  attempts: number;

  @Column('varchar', { name: 'window_ends' })
  windowEnds: string;
}
