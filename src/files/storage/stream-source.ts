import type { Readable } from 'node:stream';
import type { ByteSource, Chunk } from './byte-source.js';
import { SILENT_MS, SilentBucket } from './s3-clients.js';

/** Its memory is the stream's own, and nobody's any more once it is read. */
const nothing = () => undefined;

/** Reads what a bucket sends. It ends in an error when somebody wants to read and nothing comes for 10 s; a reader may take their time. */
export class StreamSource implements ByteSource {
  readonly #pieces: AsyncIterator<Buffer, undefined>;

  constructor(private readonly stream: Readable) {
    // One that breaks before anybody reads it is told to the first who does.
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
