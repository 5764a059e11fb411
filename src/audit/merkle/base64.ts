/**
 * The bytes of standard base64 with padding (RFC 4648, section 4). Null for any other spelling of the same
 * bytes.
 */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
