import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1.';

/**
 * Seals the secrets of factors at rest: AES-256-GCM under `FACTOR_KEY`. Each is bound to the factor that it belongs to,
 * so that a sealed secret cannot be moved to another row.
 */
@Injectable()
export class SealedSecrets {
  constructor(private readonly config: AppConfig) {}

  /** @param owner identifies the row, such as the id of the factor. */
  seal(secret: Uint8Array, owner: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.config.auth.factorKey, iv).setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
    return VERSION + sealed.toString('base64url');
  }

  /** @throws when the text was not sealed for `owner` under this key. */
  open(text: string, owner: string): Buffer {
    if (!text.startsWith(VERSION)) throw new Error('the secret of a factor has an unknown form');
    const sealed = Buffer.from(text.slice(VERSION.length), 'base64url');
    const decipher = createDecipheriv(ALGORITHM, this.config.auth.factorKey, sealed.subarray(0, IV_BYTES));
    decipher.setAAD(Buffer.from(owner)).setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  }
}
