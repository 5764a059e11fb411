import { ApiError, ConnectionError } from '../../clients/typescript/src/main.js';

/** What went wrong, in words for people. */
export function wordsOf(error: unknown): string {
  if (error instanceof ConnectionError)
    return 'The service cannot be reached. Look at your connection, then try again.';
  if (error instanceof ApiError) return refusalOf(error);
  return error instanceof Error ? error.message : String(error);
}

/** What is wrong, in a few words. */
export function titleOf(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something went wrong';
  return error.problem?.title ?? `The service answered with ${error.status}`;
}

/** What is wrong with a field of a form, as a sentence. Null when nothing is. */
export function faultOf(error: unknown, field: string): string | null {
  if (!(error instanceof ApiError)) return null;
  const found = error.problem?.errors?.find((fault) => fault.field === field)?.message;
  return found === undefined ? null : `${capitalized(found)}.`;
}

/** Whether what was asked for is not there, or not any more. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 404 || error.status === 410);
}

function refusalOf({ message, problem }: ApiError): string {
  const errors = problem?.errors ?? [];
  if (errors.length === 0) return message;
  return `${capitalized(errors.map((fault) => fault.message).join('. '))}.`;
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
