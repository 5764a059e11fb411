import { randomUUID } from 'node:crypto';
import type { ApiError } from '../../common/refusals/refusal.js';
import { PROBLEM_JSON, toProblem } from '../../common/refusals/problem.js';
import { API_HEADERS } from './security-headers.js';

/**
 * A refusal that is written without the framework: header fields and body. The connection closes after it.
 */
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
