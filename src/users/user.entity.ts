import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from '../common/access/roles.js';

@Entity('users')
export class User {
  @PrimaryColumn('varchar')
  id: string;

  /** As entered by the user, trimmed. */
  @Column('varchar')
  email: string;

  /** The result of `foldEmail`: compared and unique. */
  @Column('varchar', { name: 'email_folded' })
  emailFolded: string;

  /** When the owner of the account showed that they read this address. Null when they have not. */
  @Column('varchar', { name: 'email_verified_at', nullable: true })
  emailVerifiedAt: string | null;

  @Column('varchar', { name: 'password_hash' })
  passwordHash: string;

  /** How many confirmed second factors the user has. With one or more, a password alone does not sign in. */
  @Column('integer')
  factors: number;

  @Column('varchar', { nullable: true })
  name: string | null;

  @Column('simple-array')
  roles: Role[];

  /** Set by an admin. This user cannot sign in, and no credential of theirs works. */
  @Column('varchar', { name: 'disabled_at', nullable: true })
  disabledAt: string | null;

  /** When the account was deleted. Nothing personal is left in the row, and it goes when nothing else is kept of the user. */
  @Column('varchar', { name: 'departed_at', nullable: true })
  departedAt: string | null;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;

  @Column('varchar', { name: 'updated_at' })
  updatedAt: string;
}
