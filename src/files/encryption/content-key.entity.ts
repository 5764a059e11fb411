import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Segments } from './segments.js';

/** The key of an encrypted object. It is in the database and not in the object, so that other master keys change no contents. */
@Entity('content_keys')
export class ContentKey {
  @PrimaryColumn('varchar', { name: 'blob_key' })
  blobKey: string;

  /** The data key, sealed under a master key and bound to the other columns. */
  @Column('varchar')
  wrapped: string;

  @Column('simple-json')
  segments: Segments;
}
