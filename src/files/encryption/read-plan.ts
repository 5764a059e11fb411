import { CHUNK_BYTES, HEADER_BYTES, SEALED_CHUNK_BYTES, TAG_BYTES } from '../../encryption/chunked/sizes.js';
import type { ByteRange } from '../storage/object-storage.js';
import { type Segment, type Segments, segmentsFrom, sizesOf } from './segments.js';

/** The next stored bytes: how many they are, and what they mean. */
export type Frame =
  | { readonly kind: 'header'; readonly length: number; readonly segment: Segment }
  | { readonly kind: 'chunk'; readonly length: number; readonly chunk: number }
  | { readonly kind: 'remnant'; readonly length: number };

/** Which stored bytes have to be read for a range of plain bytes, or for all of them. */
export class ReadPlan {
  /** The segment in which the range begins. */
  readonly first: Segment;
  /** Where its header is, when the range begins after the first chunk: it is read apart. */
  readonly header: ByteRange | null;
  /** All frames, in one piece. */
  readonly stored: ByteRange;
  /** Plain bytes of the first chunk that are before the range. */
  readonly before: number;
  /** Plain bytes of the range. */
  readonly length: number;
  readonly #firstChunk: number;

  /** @param range inside the object. Null for all of it, with what is at its end. */
  constructor(
    private readonly segments: Segments,
    private readonly range: ByteRange | null,
  ) {
    const { plain, sealed } = sizesOf(segments);
    const { start, end } = range ?? { start: 0, end: plain - 1 };
    this.first = segmentsFrom(segments, range && start).next().value as Segment;
    this.length = end - start + 1;
    this.#firstChunk = Math.floor((start - this.first.plainStart) / CHUNK_BYTES);
    this.before = start - this.first.plainStart - this.#firstChunk * CHUNK_BYTES;
    const { sealedStart } = this.first;
    const begun = this.#firstChunk === 0;
    this.header = begun ? null : { start: sealedStart, end: sealedStart + HEADER_BYTES - 1 };
    this.stored = {
      start: begun ? sealedStart : sealedStart + HEADER_BYTES + this.#firstChunk * SEALED_CHUNK_BYTES,
      end: range === null ? sealed - 1 : endOfChunkWith(segments, end),
    };
  }

  /** The meaning of the stored bytes. */
  *frames(): Generator<Frame, void> {
    let from = this.#firstChunk;
    for (const segment of segmentsFrom(this.segments, this.range && this.range.start)) {
      const end = this.range === null ? Infinity : this.range.end - segment.plainStart;
      if (end < 0) return;
      yield* framesOf(segment, from, end < segment.plain ? Math.floor(end / CHUNK_BYTES) : Infinity);
      from = 0;
    }
  }
}

/** The last stored byte of the chunk that has the plain byte at `position`. */
function endOfChunkWith(segments: Segments, position: number): number {
  const segment = segmentsFrom(segments, position).next().value as Segment;
  const chunk = Math.floor((position - segment.plainStart) / CHUNK_BYTES);
  return segment.sealedStart + HEADER_BYTES + chunk * SEALED_CHUNK_BYTES + sealedChunk(segment, chunk) - 1;
}

/** The frames of a segment, for the chunks `from` to `to`. The header comes with the first chunk. */
function* framesOf(segment: Segment, from: number, to: number): Generator<Frame> {
  const { plain, remnant } = segment;
  const chunks = Math.floor(plain / CHUNK_BYTES) + (remnant === null ? 1 : 0);
  if (from === 0 && chunks > 0) yield { kind: 'header', length: HEADER_BYTES, segment };
  for (let chunk = from; chunk <= Math.min(to, chunks - 1); chunk++)
    yield { kind: 'chunk', length: sealedChunk(segment, chunk), chunk };
  if (to >= chunks && remnant !== null && remnant > 0) yield { kind: 'remnant', length: remnant };
}

function sealedChunk({ plain }: Segment, chunk: number): number {
  return Math.min(CHUNK_BYTES, plain - chunk * CHUNK_BYTES) + TAG_BYTES;
}
