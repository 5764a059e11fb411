import type { ByteSource, Chunk } from '../storage/byte-source.js';

/** A download whose status and headers are decided and whose first bytes are read. */
export interface Download {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  /** Null when the answer has no bytes. */
  readonly body: DownloadBody | null;
}

export interface DownloadBody {
  readonly first: Chunk;
  /** Null when `first` has all bytes. */
  readonly second: Chunk | null;
  /** The bytes after `first` and `second`. */
  readonly rest: ByteSource;
  /** Called when the bytes cannot be read to their end. It must not reject. */
  readonly broken: (error: Error) => Promise<void>;
}

/** Releases the memory and closes the source of a download that is not sent. */
export async function discardBody(body: DownloadBody | null): Promise<void> {
  body?.first.giveBack();
  body?.second?.giveBack();
  await body?.rest.close();
}
