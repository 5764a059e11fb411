import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A download that a link has granted: one content of its file, for a while. */
@Entity('share_grants')
export class ShareGrant {
  /** SHA-256 of the token, in hex. */
  @PrimaryColumn('varchar', { name: 'token_hash' })
  tokenHash: string;

  @Column('varchar', { name: 'link_id' })
  linkId: string;

  /** The number of the content that was current when the grant was made. */
  @Column('integer')
  version: number;

  @Column('varchar', { name: 'created_at' })
  createdAt: string;

  @Column('varchar', { name: 'expires_at' })
  expiresAt: string;
}
