import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keepSecret } from '../../config/kept-secret.js';
import type { WrappedKeys } from './wrapped-keys.js';

/** Files `kms-NAME` in base64. NAME is the beginning of the hash of the key's id, which may have slashes. */
export class WrappedKeyFiles implements WrappedKeys {
  /** @param directory `STORAGE_PATH/keys`. */
  constructor(private readonly directory: string) {}

  async find(keyId: string): Promise<Buffer | null> {
    try {
      return Buffer.from(await readFile(this.#path(keyId), 'utf8'), 'base64');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  keep(keyId: string, wrapped: Buffer): Promise<Buffer> {
    const { secret } = keepSecret(this.#path(keyId), () => wrapped.toString('base64'));
    return Promise.resolve(Buffer.from(secret, 'base64'));
  }

  #path(keyId: string): string {
    return join(this.directory, `kms-${createHash('sha256').update(keyId).digest('hex').slice(0, 16)}`);
  }
}
