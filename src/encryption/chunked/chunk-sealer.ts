import { type CipherGCM, createCipheriv } from 'node:crypto';
import type { MessageKey } from './message-key.js';
import { CHUNK_BYTES, TAG_BYTES } from './sizes.js';

/** Encrypts one message as its bytes arrive. Nothing is held back. */
export class ChunkSealer {
  #cipher: CipherGCM | null = null;
  /** Chunks before the current one. */
  #chunk = 0;
  /** Plain bytes in the current chunk. */
  #filled = 0;
  #begun = false;
  #size = 0;

  constructor(private readonly key: MessageKey) {}

  /** Plain bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** @returns the ciphertext of these bytes; with the first ones, the header of the message. */
  push(bytes: Uint8Array): Buffer {
    const pieces = this.#header();
    this.#size += bytes.length;
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + CHUNK_BYTES - this.#filled);
      this.#cipher ??= this.#beginChunk();
      pieces.push(this.#cipher.update(part));
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === CHUNK_BYTES) pieces.push(this.#endChunk(this.#cipher));
    }
    return Buffer.concat(pieces);
  }

  /** Ends the message. @returns the rest of its ciphertext: the tag of the last chunk, which is short or empty. */
  end(): Buffer {
    return Buffer.concat([...this.#header(), this.#endChunk(this.#cipher ?? this.#beginChunk())]);
  }

  #header(): Buffer[] {
    if (this.#begun) return [];
    this.#begun = true;
    return [this.key.header];
  }

  #beginChunk(): CipherGCM {
    return createCipheriv('aes-256-gcm', this.key.key, this.key.nonceOf(this.#chunk), {
      authTagLength: TAG_BYTES,
    });
  }

  /** @returns the tag. */
  #endChunk(cipher: CipherGCM): Buffer {
    cipher.final();
    this.#cipher = null;
    this.#chunk++;
    this.#filled = 0;
    return cipher.getAuthTag();
  }
}
