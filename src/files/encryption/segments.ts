import { CHUNK_BYTES, HEADER_BYTES, SEALED_CHUNK_BYTES, sealedSize } from '../../encryption/chunked/sizes.js';

/**
 * The parts of an object that were encrypted each as a message of its own, in order: how many plain bytes, and how many such
 * parts follow each other. An object that came at once has one. A part that was cut off (a process ended) has whole chunks and no
 * last short one; `remnant` is the number of stored bytes after them: the
 * beginning of a chunk that never became whole, so that nothing can decrypt it.
 */
export type Segments = readonly Run[];
type Run = readonly [plain: number, count: number, remnant?: number];

/**
 * How many runs an object may have; equal parts that follow each other are one. The list is written anew with each part, and is read
 * with the object, so it cannot be without bound. S3 allows as many parts.
 */
export const MOST_RUNS = 10_000;

/** One segment in its place. Sizes and places are in bytes. */
export interface Segment {
  readonly plainStart: number;
  readonly plain: number;
  readonly sealedStart: number;
  readonly sealed: number;
  /** Stored bytes after its last whole chunk, which are passed over; null when the segment is whole. */
  readonly remnant: number | null;
}

/** `segments` with a whole one of `plain` bytes at their end. */
export function withSegment(segments: Segments, plain: number): Segments {
  const last = segments.at(-1);
  if (last?.[0] !== plain || last[2] !== undefined) return [...segments, [plain, 1]];
  return [...segments.slice(0, -1), [plain, last[1] + 1]];
}

/** `segments` with one at their end of which only the first `stored` bytes are there. */
export function withCutSegment(segments: Segments, stored: number): Segments {
  if (stored === 0) return segments;
  const chunks = Math.max(0, Math.floor((stored - HEADER_BYTES) / SEALED_CHUNK_BYTES));
  const plain = chunks * CHUNK_BYTES;
  return [...segments, [plain, 1, stored - sealedBytesOfChunks(plain)]];
}

/** The sizes of all segments together. */
export function sizesOf(segments: Segments): { readonly plain: number; readonly sealed: number } {
  return {
    plain: segments.reduce((sum, [plain, count]) => sum + plain * count, 0),
    sealed: segments.reduce((sum, run) => sum + sealedSizeOf(run) * run[1], 0),
  };
}

/** The segments in order, from the one that has the plain byte at `from`, or all of them. */
export function* segmentsFrom(segments: Segments, from: number | null): Generator<Segment> {
  let [plainStart, sealedStart] = [0, 0];
  for (const run of segments) {
    const [plain, count, remnant = null] = run;
    const sealed = sealedSizeOf(run);
    const passed = from === null ? 0 : passedBy(from - plainStart, run);
    plainStart += plain * passed;
    sealedStart += sealed * passed;
    for (let left = count - passed; left > 0; left--) {
      yield { plainStart, plain, sealedStart, sealed, remnant };
      plainStart += plain;
      sealedStart += sealed;
    }
  }
}

/** How many segments of a run end at or before a plain byte, which is `distance` bytes after the start of the run. */
function passedBy(distance: number, [plain, count]: Run): number {
  if (distance < 0) return 0;
  return plain === 0 ? count : Math.min(count, Math.floor(distance / plain));
}

function sealedSizeOf([plain, , remnant]: Run): number {
  return remnant === undefined ? sealedSize(plain) : sealedBytesOfChunks(plain) + remnant;
}

/** The size of a header and of whole chunks. Without a chunk, the header means nothing either. */
function sealedBytesOfChunks(plain: number): number {
  return plain === 0 ? 0 : HEADER_BYTES + (plain / CHUNK_BYTES) * SEALED_CHUNK_BYTES;
}
