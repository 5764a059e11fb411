import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { DamagedCiphertext } from './damaged-ciphertext.js';
import { COMMITMENT_BYTES, HEADER_BYTES, SALT_BYTES } from './sizes.js';

const INFO = Buffer.from('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0');
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
/** The last bytes of a nonce, which the number of a chunk changes. */
const COUNTER_BYTES = 5;
const MOST_CHUNKS = 2 ** 38;

/**
 * What one message of c2sp.org/chunked-encryption is encrypted with (Cobblestone-256: SHA-512, AES-256-GCM): a key and a base nonce,
 * which the input key, a random salt and the context give. The header names the salt and commits to the key.
 */
export class MessageKey {
  private constructor(
    /** Salt and commitment, before the first chunk. */
    readonly header: Buffer,
    /** Of AES-256-GCM. */
    readonly key: KeyObject,
    private readonly baseNonce: Buffer,
  ) {}

  /** For a new message. @param context where the message stands; it is decrypted with the same one only. */
  static create(inputKey: KeyObject, context: Uint8Array): MessageKey {
    return MessageKey.#derive(inputKey, randomBytes(SALT_BYTES), context);
  }

  /** For a message that begins with `header`. @throws {DamagedCiphertext} when it has another key or context. */
  static read(inputKey: KeyObject, header: Buffer, context: Uint8Array): MessageKey {
    if (header.length !== HEADER_BYTES) throw new DamagedCiphertext('the header');
    // Copied: the memory of the header may be used again.
    const derived = MessageKey.#derive(inputKey, Buffer.from(header.subarray(0, SALT_BYTES)), context);
    if (!timingSafeEqual(derived.header, header)) throw new DamagedCiphertext('the header');
    return derived;
  }

  static #derive(inputKey: KeyObject, salt: Buffer, context: Uint8Array): MessageKey {
    if (inputKey.symmetricKeySize !== KEY_BYTES) throw new RangeError('the input key must have 32 bytes');
    const okm = expand(inputKey, Buffer.concat([INFO, salt, context]));
    const [nonceAt, commitmentAt] = [KEY_BYTES, KEY_BYTES + NONCE_BYTES];
    const commitment = okm.subarray(commitmentAt, commitmentAt + COMMITMENT_BYTES);
    return new MessageKey(
      Buffer.concat([salt, commitment]),
      createSecretKey(okm.subarray(0, KEY_BYTES)),
      okm.subarray(nonceAt, commitmentAt),
    );
  }

  /** The nonce of a chunk: the base nonce XOR the number of the chunk. */
  nonceOf(chunk: number): Buffer {
    if (chunk >= MOST_CHUNKS) throw new RangeError('a message has at most 2^38 chunks');
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce.writeUIntBE(chunk, NONCE_BYTES - COUNTER_BYTES, COUNTER_BYTES);
    for (let at = 0; at < NONCE_BYTES; at++) nonce[at]! ^= this.baseNonce[at]!;
    return nonce;
  }
}

/** The first 128 bytes of HKDF-Expand with SHA-512 (RFC 5869, section 2.3). Node's own HKDF also extracts. */
function expand(key: KeyObject, info: Buffer): Buffer {
  const first = createHmac('sha512', key).update(info).update('\x01').digest();
  const second = createHmac('sha512', key).update(first).update(info).update('\x02').digest();
  return Buffer.concat([first, second]);
}
