import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The sign-ins of one account or one address in a window of 15 minutes. */
@Entity('sign_in_attempts')
export class SignInAttempt {
  @PrimaryColumn('varchar', { name: 'attempt_key' })
  key: string;

  /** Those whose password was wrong, and those whose password is being compared. */
  @Column('integer')
  attempts: number;

  /** Those whose password was wrong. One more than the limit once it is on record that the limit is reached. */
  @Column('integer')
  failures: number;

  @Column('varchar', { name: 'window_ends' })
  windowEnds: string;
}
