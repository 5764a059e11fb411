import { createHash, type Hash } from 'node:crypto';
import { errors } from '../../../common/refusals/errors.js';
import { CHECKSUM_ALGORITHMS } from './tus-headers.js';

/** An algorithm and the base64 of a digest. */
export const CHECKSUM = /^(sha1|sha256) ([A-Za-z0-9+/]+={0,2})$/;

/** The checksum of the bytes of one request, which the client has sent before them (tus 1.0, checksum). */
export class UploadChecksum {
  readonly #hash: Hash;

  private constructor(
    algorithm: string,
    private readonly expected: Buffer,
  ) {
    this.#hash = createHash(algorithm);
  }

  /** Null when the request has none. @throws `invalid_upload_header` also for an unknown algorithm. */
  static parse(header: string | undefined): UploadChecksum | null {
    if (header === undefined) return null;
    const [, algorithm, digest] = CHECKSUM.exec(header) ?? [];
    if (algorithm === undefined || digest === undefined)
      throw errors.invalidUploadHeader(
        `Upload-Checksum must be one of ${CHECKSUM_ALGORITHMS.join()} and the base64 of a digest.`,
      );
    return new UploadChecksum(algorithm, Buffer.from(digest, 'base64'));
  }

  update(bytes: Buffer): void {
    this.#hash.update(bytes);
  }

  /** Call it once, after the last byte. @throws `checksum_mismatch`. */
  requireMatch(): void {
    if (!this.#hash.digest().equals(this.expected)) throw errors.checksumMismatch();
  }
}
