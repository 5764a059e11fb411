import { type Bytes, concat } from '../merkle/platform.js';

const LINE_FEED = 0x0a;
/** In bytes. A longer line is not part of an export: an entry has at most 16 KiB and is escaped once. */
const LONGEST_LINE = 1_048_576;
/** The end of a file that has its last line, unless that is longer than any line of an export. In bytes. */
export const TAIL_BYTES = LONGEST_LINE + 2;

/**
 * The lines of a file as bytes, without their line breaks. A line that is longer than any line of an export
 * is returned empty. One chunk and one line are in memory at a time.
 */
export async function* linesOf(chunks: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  let parts: Bytes[] = [];
  let length = 0;
  const take = (part: Bytes): void => {
    length += part.length;
    if (length <= LONGEST_LINE) parts.push(part);
    else parts = [];
  };
  const complete = (): Bytes => {
    const line = parts.length === 1 ? parts[0]! : concat(...parts);
    [parts, length] = [[], 0];
    return line;
  };
  for await (const chunk of chunks) {
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

/** The last line of a file, from its last `TAIL_BYTES`. */
export function lastLineOf(tail: Bytes): Bytes {
  const end = tail.at(-1) === LINE_FEED ? tail.length - 1 : tail.length;
  const start = end === 0 ? 0 : tail.lastIndexOf(LINE_FEED, end - 1) + 1;
  return tail.subarray(start, end);
}
