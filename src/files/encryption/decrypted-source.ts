import type { KeyObject } from 'node:crypto';
import { ChunkOpener } from '../../encryption/chunked/chunk-opener.js';
import { MessageKey } from '../../encryption/chunked/message-key.js';
import { CHUNK_BYTES, SEALED_CHUNK_BYTES } from '../../encryption/chunked/sizes.js';
import type { BufferPool } from '../storage/buffer-pool.js';
import type { ByteSource, Chunk } from '../storage/byte-source.js';
import { ExactReader } from './exact-reader.js';
import type { Frame, ReadPlan } from './read-plan.js';
import { translatingDamage } from './damage.js';
import { contextOf } from './segment-context.js';

/**
 * Decrypts what a plan reads. No byte of a chunk is passed on before the chunk was found whole. `next` throws a `StorageError`
 * `damaged` otherwise.
 */
export class DecryptedSource implements ByteSource {
  readonly #reader: ExactReader;
  readonly #frames: Iterator<Frame, void>;
  #opener: ChunkOpener | null;
  /** Plain bytes that come before the wanted ones. */
  #before: number;
  /** Wanted plain bytes that have not been passed on. */
  #left: number;
  #ended = false;
  /** What the first failed `next` has thrown; every later one throws it again. */
  #failure: Error | null = null;

  /**
   * @param source yields the stored bytes of the plan.
   * @param header of the first segment, when the plan reads it apart.
   * @param buffers of a multiple of 16 KiB.
   */
  constructor(
    source: ByteSource,
    private readonly dataKey: KeyObject,
    plan: ReadPlan,
    header: MessageKey | null,
    private readonly buffers: BufferPool,
  ) {
    this.#reader = new ExactReader(source, SEALED_CHUNK_BYTES);
    this.#frames = plan.frames();
    this.#opener = header && new ChunkOpener(header);
    this.#before = plan.before;
    this.#left = plan.length;
  }

  async next(): Promise<Chunk | null> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#ended) return null;
    const loan = this.buffers.borrow();
    try {
      const filled = await translatingDamage(() => this.#fill(loan.buffer));
      if (filled > 0)
        return { bytes: loan.buffer.subarray(0, filled), giveBack: loan.giveBack, abandon: loan.abandon };
    } catch (error) {
      loan.giveBack();
      this.#failure = error as Error;
      throw error;
    }
    loan.giveBack();
    return null;
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#reader.close();
  }

  /** @returns how many bytes were written. 0 at the end. */
  async #fill(buffer: Buffer): Promise<number> {
    let filled = 0;
    while (filled + CHUNK_BYTES <= buffer.length) {
      const { done, value: frame } = this.#frames.next();
      if (done === true) {
        await this.#reader.end();
        this.#ended = true;
        break;
      }
      if (frame.kind === 'remnant') await this.#reader.skip(frame.length);
      else filled += this.#pass(frame, await this.#reader.take(frame.length), buffer, filled);
    }
    return filled;
  }

  #pass(frame: Exclude<Frame, { kind: 'remnant' }>, stored: Buffer, buffer: Buffer, at: number): number {
    if (frame.kind === 'header') {
      const key = MessageKey.read(this.dataKey, stored, contextOf(frame.segment.plainStart));
      this.#opener = new ChunkOpener(key);
      return 0;
    }
    const plain = this.#opener!.open(frame.chunk, stored);
    const copied = plain.copy(buffer, at, this.#before, this.#before + this.#left);
    this.#before = 0;
    this.#left -= copied;
    return copied;
  }
}
