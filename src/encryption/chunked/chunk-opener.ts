import { createDecipheriv } from 'node:crypto';
import { DamagedCiphertext } from './damaged-ciphertext.js';
import type { MessageKey } from './message-key.js';
import { TAG_BYTES } from './sizes.js';

/** Decrypts the chunks of one message, in any order. */
export class ChunkOpener {
  constructor(private readonly key: MessageKey) {}

  /**
   * @param sealed the ciphertext of the chunk and its tag.
   * @returns the plain bytes, in memory of their own.
   * @throws {DamagedCiphertext} before any byte is returned.
   */
  open(chunk: number, sealed: Buffer): Buffer {
    if (sealed.length < TAG_BYTES) throw new DamagedCiphertext(`chunk ${chunk}`);
    const decipher = createDecipheriv('aes-256-gcm', this.key.key, this.key.nonceOf(chunk), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const plain = decipher.update(sealed.subarray(0, -TAG_BYTES));
    try {
      decipher.final();
    } catch (error) {
      throw new DamagedCiphertext(`chunk ${chunk}`, error);
    }
    return plain;
  }
}
