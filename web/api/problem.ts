import type { Check } from './types.js';

/** A refusal of the service, as it describes it (RFC 9457). */
export interface ProblemBody {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly request_id: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  readonly challenge?: string;
  readonly methods?: readonly string[];
  readonly options?: unknown;
  readonly checks?: readonly Check[];
}

/** A request that the service has refused. `message` is for people. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  /** Seconds until it is worth trying again. Null when the service does not say. */
  readonly retryAfter: number | null;

  constructor(
    readonly body: ProblemBody,
    retryAfter: string | null,
  ) {
    super(messageOf(body));
    this.status = body.status;
    this.code = body.code;
    this.requestId = body.request_id;
    this.retryAfter = retryAfter === null || Number.isNaN(Number(retryAfter)) ? null : Number(retryAfter);
  }

  /** What is wrong with a field of a form, as a sentence. Null when nothing is. */
  of(field: string): string | null {
    const found = this.body.errors?.find((error) => error.field === field)?.message;
    return found === undefined ? null : `${found.charAt(0).toUpperCase()}${found.slice(1)}.`;
  }
}

/** A request without an answer: there is no network, or no service. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The service cannot be reached. Look at your connection, then try again.', { cause });
  }
}

/** The refusal in an answer. Also of a proxy, which knows no problems. */
export async function problemOf(answer: Response): Promise<Problem> {
  const requestId = answer.headers.get('X-Request-Id') ?? '';
  const retryAfter = answer.headers.get('Retry-After');
  if (answer.headers.get('Content-Type')?.startsWith('application/problem+json'))
    return new Problem((await answer.json()) as ProblemBody, retryAfter);
  const title = `The service answered with ${answer.status}`;
  const body = { title, status: answer.status, detail: `${title}.`, code: 'unknown', request_id: requestId };
  return new Problem(body, retryAfter);
}

/** What went wrong, in words for people. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function messageOf({ detail, errors = [] }: ProblemBody): string {
  if (errors.length === 0) return detail;
  const text = errors.map(({ message }) => message).join('. ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
