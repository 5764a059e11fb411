import { parseContentDigest } from './content-digest.js';
import { signatureBase } from './signature-base.js';
import { parseSignature } from './signature-input.js';
import { judgeParameters, type SignatureParameters } from './signature-parameters.js';
import type { SignedMessage } from './signed-message.js';

/** A signature that covers enough and is new enough, but may be wrong or used before. */
export interface SignedRequest extends SignatureParameters {
  readonly signature: Buffer;
  /** What was signed. */
  readonly base: Buffer;
  /** The digests of the body. Null when the signature covers none. */
  readonly digests: ReadonlyMap<string, Buffer> | null;
}

/**
 * Reads the signature of a request. Null when it is malformed, does not cover all components in `required`, has a parameter that
 * is not acceptable, or covers what the request does not have.
 */
export function readSignedRequest(
  message: SignedMessage,
  required: readonly string[],
  nowMs: number,
): SignedRequest | null {
  const input = parseSignature(message.field('signature-input') ?? '', message.field('signature') ?? '');
  if (input === null || !required.every((name) => input.components.includes(name))) return null;
  const parameters = judgeParameters(input.parameters, nowMs);
  const base = signatureBase(message, input.components, input.serialised);
  if (parameters === null || base === null) return null;
  const { signature } = input;
  if (!input.components.includes('content-digest')) return { ...parameters, signature, base, digests: null };
  const digests = parseContentDigest(message.field('content-digest') ?? '');
  return digests && { ...parameters, signature, base, digests };
}
