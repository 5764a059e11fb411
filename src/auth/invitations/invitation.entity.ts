import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from '../../common/access/roles.js';

/** An invitation that nobody has used yet. Its row goes when it is used or revoked, or after its time. */
@Entity('invitations')
export class Invitation {
  @PrimaryColumn('varchar')
  id: string;

  /** SHA-256 of the token, in hex. */
  @Column('varchar', { name: 'token_hash' })
  tokenHash: string;

  /** The admin who made it. */
  @Column('varchar', { name: 'created_by' })
  createdBy: string;

  /** The only e-mail that it is good for. Null for any. */
  @Column('varchar', { nullable: true })
  email: string | null;

  /** What the new account gets beside `user`. */
  @Column('varchar')
  role: Role;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;

  @Column('varchar', { name: 'expires_at' })
  expiresAt: string;
}
