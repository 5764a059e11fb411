import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'mk_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Digits in base62: for 32 bytes, and for a CRC-32. */
const SECRET_DIGITS = 43;
const CHECKSUM_DIGITS = 6;
const FORM = new RegExp(`^${PREFIX}[0-9A-Za-z]{${SECRET_DIGITS + CHECKSUM_DIGITS}}$`);

/**
 * A new API key: `mk_`, 32 random bytes in base62, and a checksum. Leak scanners use the checksum to
 * recognise real keys.
 */
export function newKeySecret(): string {
  const secret = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), SECRET_DIGITS);
  return PREFIX + secret + checksumOf(secret);
}

/** True for a text with the prefix of API keys. */
export function claimsToBeKey(token: string): boolean {
  return token.startsWith(PREFIX);
}

/** True when the form and the checksum are right. The key need not exist. */
export function isWellFormedKey(token: string): boolean {
  if (!FORM.test(token)) return false;
  const secret = token.slice(PREFIX.length, -CHECKSUM_DIGITS);
  return token.endsWith(checksumOf(secret));
}

/** The stored form of a key: its SHA-256 in hex. The key is random, so no slow hash is needed. */
export function hashOfKey(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function checksumOf(secret: string): string {
  return base62(BigInt(crc32(secret)), CHECKSUM_DIGITS);
}

function base62(value: bigint, digits: number): string {
  let text = '';
  for (let rest = value; text.length < digits; rest /= 62n) text = ALPHABET[Number(rest % 62n)]! + text;
  return text;
}
