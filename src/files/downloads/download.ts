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
  /** Null when `first` is all. */
  readonly second: Chunk | null;
  /** What follows. */
  readonly rest: ByteSource;
  /** To be told why the bytes could not be read to their end; must not reject. */
  readonly broken: (error: Error) => Promise<void>;
}

/** Lets go of bytes that nobody gets. */
export async function discardBody(body: DownloadBody | null): Promise<void> {
  body?.first.giveBack();
  body?.second?.giveBack();
  await body?.rest.close();
}
