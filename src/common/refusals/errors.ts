interface Refusal {
  readonly status: number;
  readonly title: string;
}

/**
 * Every refusal the service can give. The key is the `code` clients may rely on;
 * codes are added, never renamed.
 */
export const CATALOGUE = {
  malformed_request: { status: 400, title: 'The request is malformed' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  validation_failed: { status: 400, title: 'Some values are not acceptable' },
  invalid_cursor: { status: 400, title: 'The cursor is not valid' },
  invalid_idempotency_key: { status: 400, title: 'The Idempotency-Key is not valid' },
  malformed_upload: { status: 400, title: 'The upload is malformed' },
  file_missing: { status: 400, title: 'The form has no file' },
  invalid_file_name: { status: 400, title: 'The file name is not acceptable' },
  digest_mismatch: { status: 400, title: 'The bytes do not match their digest' },
  unauthorized: { status: 401, title: 'Authentication is required' },
  invalid_credentials: { status: 401, title: 'E-mail or password is wrong' },
  wrong_password: { status: 403, title: 'The password is wrong' },
  forbidden: { status: 403, title: 'Not allowed' },
  account_disabled: { status: 403, title: 'The account is disabled' },
  route_not_found: { status: 404, title: 'No such route' },
  insufficient_scope: { status: 403, title: 'The API key may not do that' },
  key_not_found: { status: 404, title: 'No such API key' },
  session_not_found: { status: 404, title: 'No such session' },
  file_not_found: { status: 404, title: 'No such file' },
  entry_not_found: { status: 404, title: 'No such audit entry' },
  user_not_found: { status: 404, title: 'No such user' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  email_taken: { status: 409, title: 'The e-mail is already registered' },
  last_admin: { status: 409, title: 'The last admin must stay one' },
  too_many_keys: { status: 409, title: 'Too many API keys' },
  idempotency_key_reused: { status: 409, title: 'The Idempotency-Key was used for another request' },
  precondition_failed: { status: 412, title: 'A precondition failed' },
  body_too_large: { status: 413, title: 'The body is too large' },
  file_too_large: { status: 413, title: 'The file is too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  range_not_satisfiable: { status: 416, title: 'The range is not satisfiable' },
  expectation_failed: { status: 417, title: 'The expectation cannot be met' },
  rate_limited: { status: 429, title: 'Too many requests' },
  too_many_attempts: { status: 429, title: 'Too many failed sign-ins' },
  headers_too_large: { status: 431, title: 'The header fields are too large' },
  internal_error: { status: 500, title: 'Internal error' },
  busy: { status: 503, title: 'Busy' },
  database_unavailable: { status: 503, title: 'The database cannot be reached' },
  storage_unavailable: { status: 503, title: 'The storage cannot be reached' },
  file_unavailable: { status: 503, title: 'The file cannot be served' },
  audit_unavailable: { status: 503, title: 'The audit trail cannot be written' },
  audit_inconsistent: { status: 503, title: 'The audit log is inconsistent' },
  answer_timeout: { status: 503, title: 'No answer in time' },
  not_ready: { status: 503, title: 'Not ready' },
  storage_full: { status: 507, title: 'The storage is full' },
} as const satisfies Record<string, Refusal>;

export type ErrorCode = keyof typeof CATALOGUE;

/** One input that was refused, named as the client wrote it. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

interface ApiErrorOptions {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Members beside the standard ones (RFC 9457, section 3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A refusal on its way to the client; the problem filter writes it as RFC 9457. */
export class ApiError extends Error {
  readonly status: number;
  readonly title: string;
  readonly errors?: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    options: ApiErrorOptions = {},
  ) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.name = 'ApiError';
    this.status = CATALOGUE[code].status;
    this.title = CATALOGUE[code].title;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
    this.extensions = options.extensions ?? {};
  }
}

const retryAfter = (seconds: number) => ({ 'Retry-After': String(Math.max(1, Math.ceil(seconds))) });

/** Makes refusals: `throw errors.fileNotFound()`. */
export const errors = {
  malformedRequest: (detail: string, cause?: unknown) => new ApiError('malformed_request', detail, { cause }),
  malformedJson: (detail: string, cause?: unknown) => new ApiError('malformed_json', detail, { cause }),
  validationFailed: (fields: readonly FieldError[]) =>
    new ApiError('validation_failed', fields.map((field) => field.message).join('; '), { errors: fields }),
  invalidCursor: () => new ApiError('invalid_cursor', 'Use a cursor from a Link header, unchanged.'),
  invalidIdempotencyKey: () =>
    new ApiError('invalid_idempotency_key', 'An Idempotency-Key is 1 to 255 visible ASCII characters.'),
  malformedUpload: (detail: string, cause?: unknown) => new ApiError('malformed_upload', detail, { cause }),
  fileMissing: () => new ApiError('file_missing', 'Send one file in the form field "file".'),
  invalidFileName: (reason: string) => new ApiError('invalid_file_name', `The file name ${reason}.`),
  digestMismatch: () =>
    new ApiError('digest_mismatch', 'The SHA-256 of what arrived is not the one announced.'),
  unauthorized: (detail = 'Send a valid access token as Authorization: Bearer.') =>
    new ApiError('unauthorized', detail, { headers: { 'WWW-Authenticate': 'Bearer' } }),
  invalidCredentials: () =>
    new ApiError('invalid_credentials', 'E-mail or password is wrong.', {
      headers: { 'WWW-Authenticate': 'Bearer' },
    }),
  wrongPassword: () => new ApiError('wrong_password', 'The password given is not the current one.'),
  forbidden: () => new ApiError('forbidden', 'This account may not do that.'),
  accountDisabled: () => new ApiError('account_disabled', 'An administrator has disabled this account.'),
  routeNotFound: () => new ApiError('route_not_found', 'There is nothing at this path.'),
  insufficientScope: (scope: string | undefined) =>
    new ApiError(
      'insufficient_scope',
      scope === undefined ? 'No API key may do that.' : `The API key needs the scope ${scope}.`,
      { headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' } },
    ),
  keyNotFound: () => new ApiError('key_not_found', 'You have no API key with this id.'),
  sessionNotFound: () => new ApiError('session_not_found', 'You have no open session with this id.'),
  fileNotFound: () => new ApiError('file_not_found', 'You have no file with this id.'),
  methodNotAllowed: (allow: readonly string[]) =>
    new ApiError('method_not_allowed', `This path allows ${allow.join(', ')}.`, {
      headers: { Allow: allow.join(', ') },
    }),
  requestTimeout: () => new ApiError('request_timeout', 'The body did not arrive in time.'),
  emailTaken: () => new ApiError('email_taken', 'An account with this e-mail exists.'),
  idempotencyKeyReused: () =>
    new ApiError('idempotency_key_reused', 'This Idempotency-Key belongs to an upload of another file.'),
  preconditionFailed: () =>
    new ApiError('precondition_failed', 'The file does not match If-Match or If-Unmodified-Since.'),
  bodyTooLarge: (limit: number) =>
    new ApiError('body_too_large', `The body may have at most ${limit} bytes.`),
  fileTooLarge: (limit: number) => new ApiError('file_too_large', `A file may have at most ${limit} bytes.`),
  unsupportedMediaType: (expected: string) =>
    new ApiError('unsupported_media_type', `Send the body as ${expected}.`),
  rangeNotSatisfiable: (size: number) =>
    new ApiError('range_not_satisfiable', `The file has ${size} bytes.`, {
      headers: { 'Content-Range': `bytes */${size}` },
    }),
  expectationFailed: () =>
    new ApiError('expectation_failed', 'The only expectation that can be met is 100-continue.'),
  rateLimited: (seconds: number) =>
    new ApiError('rate_limited', 'Too many requests; wait a moment.', { headers: retryAfter(seconds) }),
  tooManyAttempts: (seconds: number) =>
    new ApiError('too_many_attempts', 'Too many sign-ins have failed; try again later.', {
      headers: retryAfter(seconds),
    }),
  headersTooLarge: () =>
    new ApiError('headers_too_large', 'Send at most 100 header fields, of 16 KiB together.'),
  internal: (cause: unknown) => new ApiError('internal_error', 'Something went wrong here.', { cause }),
  busy: (seconds: number) =>
    new ApiError('busy', 'Too much is waiting; try again shortly.', { headers: retryAfter(seconds) }),
  databaseUnavailable: (cause?: unknown) =>
    new ApiError('database_unavailable', 'The database cannot be reached; try again shortly.', {
      headers: retryAfter(2),
      cause,
    }),
  storageUnavailable: (cause?: unknown) =>
    new ApiError('storage_unavailable', 'The storage cannot be reached; try again shortly.', {
      headers: retryAfter(2),
      cause,
    }),
  answerTimeout: () =>
    new ApiError(
      'answer_timeout',
      'A part of the service has not answered in time; look whether it was done before you try again.',
      { headers: retryAfter(5) },
    ),
  fileUnavailable: (cause?: unknown) =>
    new ApiError(
      'file_unavailable',
      'The bytes of this file are missing or damaged; the operator has been told.',
      {
        headers: retryAfter(60),
        cause,
      },
    ),
  auditUnavailable: (cause?: unknown) =>
    new ApiError(
      'audit_unavailable',
      'The audit trail cannot be written, so nothing was done; try again shortly.',
      {
        headers: retryAfter(2),
        cause,
      },
    ),
  auditInconsistent: (cause?: unknown) =>
    new ApiError(
      'audit_inconsistent',
      'The audit log contradicts what was verified before; nothing is proved from it until an operator has looked.',
      { headers: retryAfter(60), cause },
    ),
  userNotFound: () => new ApiError('user_not_found', 'There is no user with this id.'),
  lastAdmin: () =>
    new ApiError('last_admin', 'Nobody could manage users any more; make somebody else an admin first.'),
  tooManyKeys: (limit: number) =>
    new ApiError('too_many_keys', `A user has at most ${limit} API keys; revoke one first.`),
  entryNotFound: () => new ApiError('entry_not_found', 'You have no audit entry with this id.'),
  notReady: (checks: unknown) =>
    new ApiError('not_ready', 'At least one part is not ready.', {
      headers: retryAfter(2),
      extensions: { checks },
    }),
  storageFull: (cause?: unknown) =>
    new ApiError('storage_full', 'There is no space left for this file.', { cause }),
};
