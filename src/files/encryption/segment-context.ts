/** What the ciphertext of a segment is bound to: its place in the object. */
export function contextOf(plainStart: number): Buffer {
  return Buffer.from(String(plainStart));
}
