import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from '../../../database/column-transformers.js';

/** What is known of a passkey beside its factor. It has no secret: the private key stays in the authenticator. */
@Entity('passkeys')
export class Passkey {
  /** Of the factor that it is. The row goes with that of the factor. */
  @PrimaryColumn('varchar', { name: 'factor_id' })
  factorId: string;

  @Column('varchar', { name: 'user_id' })
  userId: string;

  /** Chosen by the authenticator, in base64url. Unique. */
  @Column('varchar', { name: 'credential_id' })
  credentialId: string;

  /** As a COSE key (RFC 9052), in base64url. */
  @Column('varchar', { name: 'public_key' })
  publicKey: string;

  /** Signatures that the authenticator has counted, up to 2³² − 1. Many count none and always send 0. */
  @Column('bigint', { transformer: wholeNumber })
  counter: number;

  /** How browsers reach the authenticator, such as `internal` or `usb`. */
  @Column('simple-array')
  transports: string[];

  /** True when the authenticator can copy the passkey to other devices. Never changes. */
  @Column('boolean', { name: 'backup_eligible' })
  backupEligible: boolean;

  /** True when there was a copy at the last use. */
  @Column('boolean', { name: 'backed_up' })
  backedUp: boolean;
}
