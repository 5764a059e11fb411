/** How far `created` may be from the clock here, before or after. */
const MAX_SKEW_SECONDS = 300;
const NONCE = /^[\x20-\x7e]{16,64}$/;
const KNOWN = new Set(['created', 'expires', 'keyid', 'nonce', 'alg', 'tag']);

/** What a signature says of itself. */
export interface SignatureParameters {
  /** The id of an API key. */
  readonly keyId: string;
  readonly nonce: string;
}

/**
 * The parameters of a signature (RFC 9421, section 2.3). `created`, `keyid` and `nonce` are required, `tag` is ignored. Null
 * when one is missing, unknown or not acceptable at this time.
 */
export function judgeParameters(
  parameters: ReadonlyMap<string, unknown>,
  nowMs: number,
): SignatureParameters | null {
  if (![...parameters.keys()].every((name) => KNOWN.has(name))) return null;
  const keyId = parameters.get('keyid');
  const nonce = parameters.get('nonce');
  const alg = parameters.get('alg') ?? 'ed25519';
  if (typeof keyId !== 'string' || typeof nonce !== 'string' || !NONCE.test(nonce)) return null;
  return alg === 'ed25519' && isCurrent(parameters, nowMs / 1000) ? { keyId, nonce } : null;
}

function isCurrent(parameters: ReadonlyMap<string, unknown>, now: number): boolean {
  const created = parameters.get('created');
  const expires = parameters.get('expires') ?? Infinity;
  if (!Number.isInteger(created) || typeof expires !== 'number') return false;
  return Math.abs(now - (created as number)) <= MAX_SKEW_SECONDS && now < expires;
}
