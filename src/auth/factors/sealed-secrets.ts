import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { MasterKeys } from '../../encryption/master-keys.js';
import { FACTORS } from '../../encryption/sealed-places.js';
import { SealedRows } from '../../encryption/sealed-rows.js';
import { Unsealable } from '../../encryption/unsealable.js';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1.';

/**
 * Seals the secrets of factors at rest, under a master key, or without one under `FACTOR_KEY` (AES-256-GCM). Each is bound to the
 * factor that it belongs to, so that a sealed secret cannot be moved to another row.
 */
@Injectable()
export class SealedSecrets {
  readonly #rows: SealedRows | null;

  constructor(
    private readonly config: AppConfig,
    @Inject(MasterKeys) keys: MasterKeys | null,
  ) {
    this.#rows = SealedRows.of(FACTORS, keys);
  }

  /** @param factorId identifies the row. */
  seal(secret: Uint8Array, factorId: string): string {
    if (this.#rows !== null) {
      const plain = { id: factorId, sealed_secret: Buffer.from(secret).toString('base64') };
      return this.#rows.seal(plain).sealed_secret;
    }
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#factorKey, iv).setAAD(Buffer.from(factorId));
    const sealed = Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
    return VERSION + sealed.toString('base64url');
  }

  /**
   * Opens a secret, also one from before the installation was encrypted.
   * @throws {Unsealable} when the text was not sealed for this factor, or under another key.
   */
  open(text: string, factorId: string): Buffer {
    const row = { id: factorId, sealed_secret: text };
    if (this.#rows?.isSealed(row) === true) return Buffer.from(this.#rows.open(row).sealed_secret, 'base64');
    const sealed = Buffer.from(text.startsWith(VERSION) ? text.slice(VERSION.length) : '', 'base64url');
    try {
      const decipher = createDecipheriv(ALGORITHM, this.#factorKey, sealed.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(factorId)).setAuthTag(sealed.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch (error) {
      // A FACTOR_KEY has no id, so another one and damage look alike.
      throw new Unsealable('unknown_key', null, error, `factors ${factorId}`);
    }
  }

  get #factorKey() {
    const { factorKey } = this.config.auth;
    if (factorKey === null)
      throw new Error('the secret of a factor is sealed under a FACTOR_KEY that is not there');
    return factorKey;
  }
}
