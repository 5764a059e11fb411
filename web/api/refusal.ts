import { ApiError, ConnectionError } from '../../clients/typescript/src/main.js';

interface FieldFault {
  readonly field: string;
  readonly message: string;
}

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
  const fault = error.problem?.errors?.find((other) => other.field === field);
  return fault === undefined ? null : sentenceOf(fault);
}

/** What went wrong with an input, but for the fields that tell it themselves. Null when they tell all. */
export function wordsBeside(error: unknown, telling: (field: string) => boolean): string | null {
  const errors = error instanceof ApiError ? (error.problem?.errors ?? []) : [];
  if (errors.length === 0) return wordsOf(error);
  const others = errors.filter(({ field }) => !telling(field));
  return others.length === 0 ? null : others.map(sentenceOf).join(' ');
}

/** Whether what was asked for is not there, or not any more. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 404 || error.status === 410);
}

function refusalOf({ message, problem }: ApiError): string {
  const errors = problem?.errors ?? [];
  if (errors.length === 0) return message;
  return errors.map(sentenceOf).join(' ');
}

/** The service calls a field by its name in the API, such as `new_password`. */
function sentenceOf({ field, message }: FieldFault): string {
  const text = message.startsWith(field)
    ? `${field.replaceAll('_', ' ')}${message.slice(field.length)}`
    : message;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
