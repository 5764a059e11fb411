import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ApiError } from '../refusals/refusal.js';

/** The digests of a body that `Content-Digest` can have (RFC 9530), and their names in `node:crypto`. */
export const DIGESTS = new Map([
  ['sha-256', 'sha256'],
  ['sha-512', 'sha512'],
]);

/**
 * The body of a signed request, with the digests that the signature covers. Whoever reads the body passes on its bytes, and
 * requires a match before anything is done with them.
 */
export class SignedBody {
  readonly #parts;

  /** `digests` has at least one, by a name in `DIGESTS`. */
  constructor(
    digests: ReadonlyMap<string, Buffer>,
    /** Makes the refusal of a body that does not match, or that nobody would compare. */
    readonly refusal: () => ApiError,
  ) {
    this.#parts = [...digests].map(([name, expected]) => ({
      hash: createHash(DIGESTS.get(name)!),
      expected,
    }));
  }

  update(bytes: Buffer): void {
    for (const { hash } of this.#parts) hash.update(bytes);
  }

  /** Call it once, after the last byte. @throws `invalid_signature`. */
  requireMatch(): void {
    if (!this.#parts.every(({ hash, expected }) => hash.digest().equals(expected))) throw this.refusal();
  }
}

const BODY = Symbol('signed body');

interface Signed extends IncomingMessage {
  [BODY]?: SignedBody;
}

/** Set by the guard, before the body is read. */
export function setSignedBody(request: IncomingMessage, body: SignedBody): void {
  (request as Signed)[BODY] = body;
}

/** The body of a signed request. Null when the request is not signed, or has no body. */
export function signedBodyOf(request: IncomingMessage): SignedBody | null {
  return (request as Signed)[BODY] ?? null;
}

/** Compares a body that was read as a whole. @throws `invalid_signature`. */
export function requireSignedBody(request: IncomingMessage, bytes: Buffer): void {
  const body = signedBodyOf(request);
  if (body === null) return;
  body.update(bytes);
  body.requireMatch();
}
