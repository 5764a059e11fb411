import { type Bytes, fromBase64, toBase64 } from './platform.js';

/**
 * The bytes of standard base64 with padding (RFC 4648, section 4). Null for any other spelling of the same
 * bytes.
 */
export function decodeBase64(text: string): Bytes | null {
  const bytes = fromBase64(text);
  return bytes !== null && toBase64(bytes) === text ? bytes : null;
}
