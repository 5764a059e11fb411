import type { Request } from 'express';
import { signedBodyOf } from '../../../common/access/signed-body.js';
import { UploadChecksum } from './upload-checksum.js';

/** What the bytes of one request have to match. */
interface BodyCheck {
  update(bytes: Buffer): void;
  requireMatch(): void;
}

/** The digests of the bytes of one request, as far as its client has sent some: that of a signature, and a checksum. */
export class BodyChecks {
  private constructor(private readonly checks: readonly BodyCheck[]) {}

  /** Null when the client has sent none. @throws `invalid_upload_header`. */
  static of(request: Request): BodyChecks | null {
    const checks = [signedBodyOf(request), UploadChecksum.parse(request.get('upload-checksum'))].filter(
      (check) => check !== null,
    );
    return checks.length === 0 ? null : new BodyChecks(checks);
  }

  update(bytes: Buffer): void {
    for (const check of this.checks) check.update(bytes);
  }

  /** Call it once, after the last byte. @throws `invalid_signature`, `checksum_mismatch`. */
  requireMatch(): void {
    for (const check of this.checks) check.requireMatch();
  }
}
