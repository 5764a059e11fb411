import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

const LINE_FEED = 0x0a;
/** A line longer than this is none of an export: an entry has at most 16 KiB, and is escaped once. */
const LONGEST_LINE = 1_048_576;

/** The lines of a file as bytes, without their line breaks. Holds one chunk and one line at a time. */
export async function* linesOf(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) {
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > LONGEST_LINE) yield rest;
  }
  if (rest.length > 0) yield rest;
}

/** The last line of a file, and the file's size in bytes. */
export async function lastLineOf(file: string): Promise<{ line: Buffer; size: number }> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, LONGEST_LINE));
    await handle.read(tail, 0, tail.length, size - tail.length);
    const end = tail.at(-1) === LINE_FEED ? tail.length - 1 : tail.length;
    const start = end === 0 ? 0 : tail.lastIndexOf(LINE_FEED, end - 1) + 1;
    return { line: tail.subarray(start, end), size };
  } finally {
    await handle.close();
  }
}
