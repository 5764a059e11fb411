import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A link with which people without an account can download a file. */
@Entity('share_links')
export class ShareLink {
  @PrimaryColumn('varchar')
  id: string;

  @Column('varchar', { name: 'owner_id' })
  ownerId: string;

  @Column('varchar', { name: 'file_id' })
  fileId: string;

  /** SHA-256 of the token, in hex. */
  @Column('varchar', { name: 'token_hash' })
  tokenHash: string;

  /** Null when the link needs no password. */
  @Column('varchar', { name: 'password_hash', nullable: true })
  passwordHash: string | null;

  /** For the owner. People who open the link do not see it. */
  @Column('varchar', { nullable: true })
  note: string | null;

  /** Null when there is no limit. */
  @Column('integer', { name: 'max_downloads', nullable: true })
  maxDownloads: number | null;

  /** How many downloads were granted. */
  @Column('integer')
  downloads: number;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;

  /** Null when the link does not expire. */
  @Column('varchar', { name: 'expires_at', nullable: true })
  expiresAt: string | null;
}
