import { createDecipheriv, createHmac, type KeyObject, pbkdf2Sync } from 'node:crypto';

const PAGE = 4096;
const SALT = 16;
const IV = 16;
const HMAC = 64;

/**
 * Decrypts a file by the published description of SQLCipher 4 with a raw key, independently of the driver: AES-256-CBC and
 * HMAC-SHA-512 for each page, under a key of its own. Fails when a page is damaged or not encrypted.
 */
export function decryptSqlcipherFile(file: Buffer, rawKey: KeyObject): Buffer {
  const salt = file.subarray(0, SALT);
  const key = rawKey.export();
  const hmacKey = pbkdf2Sync(key, Buffer.from(salt.map((byte) => byte ^ 0x3a)), 2, key.length, 'sha512');
  const plain = Buffer.alloc(file.length);
  for (let at = 0, number = 1; at < file.length; at += PAGE, number++) {
    const start = number === 1 ? SALT : 0;
    const page = file.subarray(at, at + PAGE);
    const ciphertext = page.subarray(start, PAGE - HMAC - IV);
    const iv = page.subarray(PAGE - HMAC - IV, PAGE - HMAC);
    const pageNumber = Buffer.alloc(4);
    pageNumber.writeUInt32LE(number);
    const tag = createHmac('sha512', hmacKey).update(ciphertext).update(iv).update(pageNumber).digest();
    if (!tag.equals(page.subarray(PAGE - HMAC))) throw new Error(`page ${number} is not authentic`);
    const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
    Buffer.concat([decipher.update(ciphertext), decipher.final()]).copy(plain, at + start);
  }
  plain.write('SQLite format 3\0', 0, 'latin1');
  return plain;
}
