import type { ByteSource } from '../../src/files/storage/byte-source.js';

/** All bytes of a source, each piece given back once it is copied. */
export async function bytesOf(source: ByteSource): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let chunk = await source.next(); chunk !== null; chunk = await source.next()) {
    pieces.push(Buffer.from(chunk.bytes));
    chunk.giveBack();
  }
  return Buffer.concat(pieces);
}
