import { Column, Entity, PrimaryColumn } from 'typeorm';
import { base64, wholeNumber } from '../../database/column-transformers.js';

/** Up to 256 neighbouring hashes of one level of the tree. */
@Entity('audit_tiles')
export class AuditTile {
  @PrimaryColumn('integer')
  level: number;

  @PrimaryColumn('bigint', { name: 'tile_index', transformer: wholeNumber })
  index: number;

  @Column('text', { transformer: base64 })
  hashes: Buffer;
}
