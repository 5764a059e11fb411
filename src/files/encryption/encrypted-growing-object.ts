import type { KeyObject } from 'node:crypto';
import { ChunkSealer } from '../../encryption/chunked/chunk-sealer.js';
import { MessageKey } from '../../encryption/chunked/message-key.js';
import type { GrowingObject, Growth } from '../storage/growing-storage.js';
import { type EncryptedGrowth, growthOf } from './encrypted-growth.js';
import { contextOf } from './segment-context.js';
import { sizesOf, withCutSegment, withSegment } from './segments.js';

/**
 * Encrypts what is appended to another growing object. What was appended and not recorded may be appended again with other bytes, so
 * nothing goes on with a message of an earlier holder: each begins a segment with a salt of its own.
 */
export class EncryptedGrowingObject implements GrowingObject {
  /** The message of the current segment. Null before its first byte. */
  #sealer: ChunkSealer | null = null;
  /** True when not all of a ciphertext was appended. Only what was recorded of the segment counts then. */
  #broken = false;
  #growth: Growth;

  constructor(
    private readonly inner: GrowingObject,
    private readonly dataKey: KeyObject,
    /** With the segments before the current one. */
    private state: EncryptedGrowth,
  ) {
    this.#growth = this.#grown(inner.growth);
  }

  get growth(): Growth {
    return this.#growth;
  }

  async append(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    this.#sealer ??= new ChunkSealer(
      MessageKey.create(this.dataKey, contextOf(sizesOf(this.state.segments).plain)),
    );
    await this.#appendSealed(this.#sealer.push(bytes));
  }

  /** Counts the whole chunks that are safe. */
  async checkpoint(): Promise<Growth> {
    return (this.#growth = this.#grown(await this.inner.checkpoint()));
  }

  /** Ends the current segment. */
  async settle(): Promise<Growth> {
    const sealer = this.#sealer;
    if (sealer !== null && !this.#broken) {
      await this.#appendSealed(sealer.end());
      this.state = { ...this.state, segments: withSegment(this.state.segments, sealer.size) };
    }
    const inner = await this.inner.settle();
    this.#growth = this.#grown(inner);
    this.state = this.#growth.state as EncryptedGrowth;
    this.#sealer = null;
    this.#broken = false;
    return this.#growth;
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  async #appendSealed(sealed: Buffer): Promise<void> {
    this.#broken = true;
    await this.inner.append(sealed);
    this.#broken = false;
  }

  /** The growth when so much of the ciphertext is safe. What is beyond the whole segments is a part of the current one. */
  #grown(inner: Growth): Growth {
    const { segments } = this.state;
    return growthOf({
      ...this.state,
      inner,
      segments: withCutSegment(segments, inner.size - sizesOf(segments).sealed),
    });
  }
}
