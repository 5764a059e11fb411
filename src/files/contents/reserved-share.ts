import type { BlobLedger } from './blob-ledger.js';

/** What a form may have around its file. It is not reserved. */
const FORM_BYTES = 4096;
/** Bytes that may arrive before they are reserved. */
const STEP_BYTES = 4 * 1024 * 1024;

/**
 * The part of a quota that one upload holds while its bytes arrive. It never holds more than the upload will need: what is short
 * at the end is compared when the content is counted. So of uploads in parallel exactly as many succeed as there is room for.
 */
export class ReservedShare {
  #arrived = 0;

  private constructor(
    private readonly ledger: BlobLedger,
    readonly blobKey: string,
    private reserved: number,
  ) {}

  /** What is reserved for a form of so many bytes. */
  static bytesOf(announced: number | null): number {
    return Math.max(0, (announced ?? 0) - FORM_BYTES);
  }

  /** Reserves the announced bytes, or nothing of an unknown number. @throws `quota_exceeded`. */
  static async open(ledger: BlobLedger, ownerId: string, announced: number | null): Promise<ReservedShare> {
    const bytes = ReservedShare.bytesOf(announced);
    return new ReservedShare(ledger, await ledger.reserve(ownerId, bytes), bytes);
  }

  /** Counts bytes that arrive. They must wait for the returned promise. @throws `quota_exceeded`. */
  count(bytes: number): Promise<void> | undefined {
    this.#arrived += bytes;
    if (this.#arrived - this.reserved < STEP_BYTES) return undefined;
    this.reserved = this.#arrived;
    return this.ledger.extend(this.blobKey, this.reserved);
  }
}
