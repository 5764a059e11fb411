import type { ByteSource } from '../../src/files/storage/byte-source.js';

/** All bytes of a source. Each piece is copied and given back. */
export async function bytesOf(source: ByteSource): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let chunk = await source.next(); chunk !== null; chunk = await source.next()) {
    pieces.push(Buffer.from(chunk.bytes));
    chunk.giveBack();
  }
  return Buffer.concat(pieces);
}
