import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';

const LINE_FEED = 0x0a;
/** In bytes. A longer line is not part of an export: an entry has at most 16 KiB and is escaped once. */
const LONGEST_LINE = 1_048_576;

/**
 * The lines of a file as bytes, without their line breaks. A line that is longer than any line of an export
 * is returned empty. One chunk and one line are in memory at a time.
 */
export async function* linesOf(file: string): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  const take = (part: Buffer): void => {
    length += part.length;
    if (length <= LONGEST_LINE) parts.push(part);
    else parts = [];
  };
  const complete = (): Buffer => {
    const [first = Buffer.alloc(0), ...more] = parts;
    const line = more.length === 0 ? first : Buffer.concat(parts);
    [parts, length] = [[], 0];
    return line;
  };
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      take(chunk.subarray(start, end));
      yield complete();
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (length > 0) yield complete();
}

/**
 * The last line of a file (only its end when it is longer than any line of an export), and the file's size in
 * bytes.
 */
export async function lastLineOf(file: string): Promise<{ line: Buffer; size: number }> {
  const { size } = await stat(file);
  const tail = await buffer(createReadStream(file, { start: Math.max(0, size - LONGEST_LINE - 2) }));
  const end = tail.at(-1) === LINE_FEED ? tail.length - 1 : tail.length;
  const start = end === 0 ? 0 : tail.lastIndexOf(LINE_FEED, end - 1) + 1;
  return { line: tail.subarray(start, end), size };
}
