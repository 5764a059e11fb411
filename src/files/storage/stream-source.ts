import type { Readable } from 'node:stream';
import type { ByteSource, Chunk } from './byte-source.js';
import { SILENT_MS, SilentBucket } from './s3-clients.js';

/** The stream owns the memory, so nothing is given back. */
const nothing = () => undefined;

/**
 * Reads the body that a bucket sends. `next` fails when no byte arrives for 10 s. A slow reader is no
 * failure.
 */
export class StreamSource implements ByteSource {
  readonly #pieces: AsyncIterator<Buffer, undefined>;

  constructor(private readonly stream: Readable) {
    // An error before the first read is thrown by the first `next`.
    stream.on('error', nothing);
    this.#pieces = (stream as AsyncIterable<Buffer, undefined>)[Symbol.asyncIterator]();
  }

  async next(): Promise<Chunk | null> {
    for (;;) {
      const { done, value } = await this.#piece();
      if (done === true) return null;
      if (value.length > 0) return { bytes: value, giveBack: nothing, abandon: nothing };
    }
  }

  async #piece(): Promise<IteratorResult<Buffer, undefined>> {
    const timer = setTimeout(() => this.stream.destroy(new SilentBucket()), SILENT_MS);
    try {
      return await this.#pieces.next();
    } finally {
      clearTimeout(timer);
    }
  }

  close(): Promise<void> {
    this.stream.destroy();
    return Promise.resolve();
  }
}
