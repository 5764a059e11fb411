import type {
  ConfirmationProblem,
  ErrorCode,
  NotReadyProblem,
  Problem,
  SecondFactorProblem,
} from './generated/types.gen.js';

/** The problems that say more than the others. */
interface ProblemsByCode {
  confirmation_required: ConfirmationProblem;
  not_ready: NotReadyProblem;
  second_factor_required: SecondFactorProblem;
}

/** The problem of a code (RFC 9457). */
export type ProblemOf<C extends ErrorCode> = C extends keyof ProblemsByCode ? ProblemsByCode[C] : Problem;

/** What every method throws when the service refuses a request. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Null when the answer is no problem: to `HEAD`, or by a proxy. A newer service may know more codes. */
  readonly code: ErrorCode | null;
  readonly problem: Problem | null;
  /** Tells the operator which lines of the log belong to the request. */
  readonly requestId: string | null;
  /** Seconds to wait before the next attempt. Null when the service does not say. */
  readonly retryAfter: number | null;

  constructor({ status, headers }: Response, body: unknown) {
    const problem = isProblem(body) ? body : null;
    super(problem === null ? `The service answered ${status}.` : problem.detail);
    this.status = status;
    this.code = problem?.code ?? null;
    this.problem = problem;
    this.requestId = headers.get('x-request-id');
    const wait = headers.get('retry-after');
    this.retryAfter = wait !== null && /^\d+$/.test(wait) ? Number(wait) : null;
  }
}

/** True when `error` is a refusal with this code. Its `problem` then has the members of the code. */
export function isRefusal<C extends ErrorCode>(
  error: unknown,
  code: C,
): error is ApiError & { readonly code: C; readonly problem: ProblemOf<C> } {
  return error instanceof ApiError && error.code === code;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}
