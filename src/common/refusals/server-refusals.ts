import { refusal, retryAfter } from './refusal.js';

/** Refusals because the server cannot answer as asked. */
export const serverRefusals = {
  internal: refusal('internal_error', 500, 'Internal error', (cause: unknown) => ({
    detail: 'Something went wrong here.',
    cause,
  })),
  busy: refusal('busy', 503, 'Busy', (seconds: number) => ({
    detail: 'Too much is waiting; try again shortly.',
    headers: retryAfter(seconds),
  })),
  databaseUnavailable: refusal(
    'database_unavailable',
    503,
    'The database cannot be reached',
    (cause?: unknown) => ({
      detail: 'The database cannot be reached; try again shortly.',
      headers: retryAfter(2),
      cause,
    }),
  ),
  answerTimeout: refusal('answer_timeout', 503, 'No answer in time', () => ({
    detail: 'A part of the service has not answered in time; look whether it was done before you try again.',
    headers: retryAfter(5),
  })),
  notReady: refusal('not_ready', 503, 'Not ready', (checks: unknown) => ({
    detail: 'At least one part is not ready.',
    headers: retryAfter(2),
    extensions: { checks },
  })),
};
