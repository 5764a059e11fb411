import type { ByteSource, Chunk } from '../storage/byte-source.js';

/** What a client gets of an object: everything is decided, and the first bytes are at hand. */
export interface Download {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  /** Null for an answer without bytes. */
  readonly body: DownloadBody | null;
}

export interface DownloadBody {
  readonly first: Chunk;
  /** What follows `first`. */
  readonly rest: ByteSource;
  /** To be told why the bytes could not be read to their end. */
  readonly broken: (error: Error) => void;
}
