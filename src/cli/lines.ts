import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { lastLineOf, linesOf, TAIL_BYTES } from '../audit/verify/lines.js';

/** The lines of a file, one chunk at a time. */
export function linesIn(file: string): AsyncGenerator<Buffer> {
  return linesOf(createReadStream(file, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>);
}

/** The last line of a file, and the file's size in bytes. */
export async function lastLineIn(file: string): Promise<{ line: Buffer; size: number }> {
  const { size } = await stat(file);
  const tail = await buffer(createReadStream(file, { start: Math.max(0, size - TAIL_BYTES) }));
  return { line: lastLineOf(tail), size };
}
