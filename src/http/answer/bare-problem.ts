import { randomUUID } from 'node:crypto';
import type { ApiError } from '../../common/refusals/errors.js';
import { PROBLEM_JSON, toProblem } from '../../common/refusals/problem.js';
import { API_HEADERS } from './security-headers.js';

/** A refusal as it is sent where the framework has no say: header fields, and the body. The connection ends with it. */
export interface BareProblem {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export function bareProblem(refusal: ApiError): BareProblem {
  const requestId = randomUUID();
  const body = JSON.stringify(toProblem(refusal, requestId));
  const headers = [
    ...API_HEADERS,
    ...Object.entries(refusal.headers),
    ['X-Request-Id', requestId],
    ['Content-Type', PROBLEM_JSON],
    ['Content-Length', String(Buffer.byteLength(body))],
    ['Connection', 'close'],
  ] as const;
  return { headers, body };
}
