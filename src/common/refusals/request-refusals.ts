import { type FieldError, refusal, retryAfter } from './refusal.js';

/** Refusals that any request can get. */
export const requestRefusals = {
  malformedRequest: refusal(
    'malformed_request',
    400,
    'The request is malformed',
    (detail: string, cause?: unknown) => ({ detail, cause }),
  ),
  malformedJson: refusal(
    'malformed_json',
    400,
    'The body is not valid JSON',
    (detail: string, cause?: unknown) => ({ detail, cause }),
  ),
  validationFailed: refusal(
    'validation_failed',
    400,
    'Some values are not acceptable',
    (errors: readonly FieldError[]) => ({ detail: errors.map(({ message }) => message).join('; '), errors }),
  ),
  invalidCursor: refusal(
    'invalid_cursor',
    400,
    'The cursor is not valid',
    'Use a cursor from a Link header, unchanged.',
  ),
  routeNotFound: refusal('route_not_found', 404, 'No such route', 'There is nothing at this path.'),
  methodNotAllowed: refusal(
    'method_not_allowed',
    405,
    'Method not allowed',
    (methods: readonly string[]) => ({
      detail: `This path allows ${methods.join(', ')}.`,
      headers: { Allow: methods.join(', ') },
    }),
  ),
  requestTimeout: refusal(
    'request_timeout',
    408,
    'The request took too long to arrive',
    'The body did not arrive in time.',
  ),
  bodyTooLarge: refusal(
    'body_too_large',
    413,
    'The body is too large',
    (limit: number) => `The body may have at most ${limit} bytes.`,
  ),
  unsupportedMediaType: refusal(
    'unsupported_media_type',
    415,
    'Unsupported media type',
    (expected: string) => `Send the body as ${expected}.`,
  ),
  expectationFailed: refusal(
    'expectation_failed',
    417,
    'The expectation cannot be met',
    'The only expectation that can be met is 100-continue.',
  ),
  rateLimited: refusal('rate_limited', 429, 'Too many requests', (seconds: number) => ({
    detail: 'Too many requests; wait a moment.',
    headers: retryAfter(seconds),
  })),
  headersTooLarge: refusal(
    'headers_too_large',
    431,
    'The header fields are too large',
    'Send at most 100 header fields, of 16 KiB together.',
  ),
};
