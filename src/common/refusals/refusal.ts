/** One refused input, by the name that the client used. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What a refusal says beyond its code. */
interface Particulars {
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Members beside the standard ones (RFC 9457, section 3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** What all refusals with the same code share. */
interface Kind<Code extends string = string> {
  readonly code: Code;
  readonly status: number;
  readonly title: string;
}

/** An entry of the catalogue. Called, it makes the refusal: `throw errors.fileNotFound()`. */
export interface Refusal<Code extends string, Values extends unknown[]> extends Kind<Code> {
  (...values: Values): ApiError;
}

/** A refusal. The problem filter sends it as a problem document (RFC 9457). */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(kind: Kind, { detail, errors, headers = {}, extensions = {}, cause }: Particulars) {
    super(`${kind.code}: ${detail}`, { cause });
    this.name = 'ApiError';
    this.code = kind.code;
    this.status = kind.status;
    this.title = kind.title;
    this.detail = detail;
    this.errors = errors;
    this.headers = headers;
    this.extensions = extensions;
  }
}

/**
 * Makes an entry of the catalogue. `detail` is a fixed sentence, or a function of the values that a caller passes. The
 * function returns a sentence, or an object when the refusal also has header fields, a cause or further members.
 */
export function refusal<Code extends string, Values extends unknown[] = []>(
  code: Code,
  status: number,
  title: string,
  detail: string | ((...values: Values) => string | Particulars),
): Refusal<Code, Values> {
  const kind = { code, status, title };
  const make = (...values: Values): ApiError => {
    const given = typeof detail === 'string' ? detail : detail(...values);
    return new ApiError(kind, typeof given === 'string' ? { detail: given } : given);
  };
  return Object.assign(make, kind);
}

/** The header field that says in how many seconds to try again: at least one. */
export const retryAfter = (seconds: number) => ({ 'Retry-After': String(Math.max(1, Math.ceil(seconds))) });

/** The header field that says how to authenticate (RFC 6750, section 3). */
export const challenge = (parameters = '') => ({ 'WWW-Authenticate': `Bearer${parameters}` });

/** The header field that says what a signature must cover and carry (RFC 9421, section 5). */
export const signatureRequest = (components: readonly string[]) => ({
  'Accept-Signature': `sig=(${components.map((name) => `"${name}"`).join(' ')});created;alg="ed25519"`,
});
