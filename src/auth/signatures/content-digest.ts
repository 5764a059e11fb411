import { parseDictionary } from 'structured-headers';
import { DIGESTS } from '../../common/access/signed-body.js';

const BYTES: Readonly<Record<string, number>> = { 'sha-256': 32, 'sha-512': 64 };

/**
 * The digests of `Content-Digest` (RFC 9530, section 2) that can be compared. Others beside them are ignored. Null when there is
 * none, or the field is malformed.
 */
export function parseContentDigest(text: string): ReadonlyMap<string, Buffer> | null {
  const digests = new Map<string, Buffer>();
  try {
    for (const [name, [value]] of parseDictionary(text)) {
      if (!DIGESTS.has(name)) continue;
      if (!(value instanceof ArrayBuffer) || value.byteLength !== BYTES[name]) return null;
      digests.set(name, Buffer.from(value));
    }
  } catch {
    return null;
  }
  return digests.size === 0 ? null : digests;
}
