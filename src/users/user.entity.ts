import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from '../common/access/roles.js';

@Entity('users')
export class User {
  @PrimaryColumn('varchar')
  id: string;

  /** As the user wrote it, trimmed. */
  @Column('varchar')
  email: string;

  /** What is compared and unique, as `foldEmail` makes it. */
  @Column('varchar', { name: 'email_folded' })
  emailFolded: string;

  @Column('varchar', { name: 'password_hash' })
  passwordHash: string;

  @Column('varchar', { nullable: true })
  name: string | null;

  @Column('simple-array')
  roles: Role[];

  /** Set by an admin: nobody signs in or acts as this user. */
  @Column('varchar', { name: 'disabled_at', nullable: true })
  disabledAt: string | null;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;

  @Column('varchar', { name: 'updated_at' })
  updatedAt: string;
}
