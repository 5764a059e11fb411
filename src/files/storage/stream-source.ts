import type { Readable } from 'node:stream';
import type { ByteSource, Chunk } from './byte-source.js';

/** Its memory is the stream's own, and nobody's any more once it is read. */
const nothing = () => undefined;

/** Reads a stream. */
export class StreamSource implements ByteSource {
  readonly #pieces: AsyncIterator<Buffer, undefined>;

  constructor(private readonly stream: Readable) {
    // One that breaks before anybody reads it is told to the first who does.
    stream.on('error', nothing);
    this.#pieces = (stream as AsyncIterable<Buffer, undefined>)[Symbol.asyncIterator]();
  }

  async next(): Promise<Chunk | null> {
    for (;;) {
      const { done, value } = await this.#pieces.next();
      if (done === true) return null;
      if (value.length > 0) return { bytes: value, giveBack: nothing, abandon: nothing };
    }
  }

  close(): Promise<void> {
    this.stream.destroy();
    return Promise.resolve();
  }
}
