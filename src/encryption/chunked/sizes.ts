/** Plain bytes of every chunk but the last one, which has fewer and may have none. */
export const CHUNK_BYTES = 16_384;
export const TAG_BYTES = 16;
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
export const SALT_BYTES = 24;
export const COMMITMENT_BYTES = 32;
export const HEADER_BYTES = SALT_BYTES + COMMITMENT_BYTES;

/** The size of the ciphertext of `plain` bytes: header, chunks, and the short last chunk. */
export function sealedSize(plain: number): number {
  return HEADER_BYTES + plain + (Math.floor(plain / CHUNK_BYTES) + 1) * TAG_BYTES;
}

/** How many plain bytes a ciphertext of `sealed` bytes has. Null when no ciphertext has that size. */
export function plainSize(sealed: number): number | null {
  const chunks = sealed - HEADER_BYTES;
  const last = chunks % SEALED_CHUNK_BYTES;
  if (chunks < 0 || last < TAG_BYTES) return null;
  return Math.floor(chunks / SEALED_CHUNK_BYTES) * CHUNK_BYTES + last - TAG_BYTES;
}
