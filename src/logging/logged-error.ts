/**
 * The fields of an error that a log line may contain, besides its name, message and stack. Parameters of a
 * query and PostgreSQL's `detail` and `where` are not allowed, because they contain values.
 */
const FIELDS = [
  'code',
  'errno',
  'syscall',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
  'query',
] as const;
const CAUSES = 5;
/** PostgreSQL's data exceptions (appendix A, class 22) quote the value in their message. */
const DATA_EXCEPTION = /^22[0-9A-Z]{3}$/;

/** Errors that a trigger or a function in the database raises (class P0): nobody knows what their text is made of. */
const RAISED_IN_DATABASE = /^(P0[0-9A-Z]{3}|SQLITE_CONSTRAINT_TRIGGER)$/;

export type LoggedError = {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
} & Readonly<Record<string, unknown>>;

/** The form in which an error is logged, with its causes. It contains nothing that users have sent. */
export function loggedError(error: unknown, causes = CAUSES): LoggedError {
  if (!isError(error)) return { type: typeof error, message: String(error), stack: '' };
  const fields = error as unknown as Record<string, unknown>;
  const type = error.constructor.name;
  const message = loggedMessage(error.message, fields.code);
  const named = FIELDS.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]);
  const { cause, errors } = fields;
  return {
    type,
    message,
    stack: [`${type}: ${message}`, ...framesOf(error.stack)].join('\n'),
    ...(Object.fromEntries(named) as Record<string, unknown>),
    ...(cause === undefined || causes === 0 ? {} : { cause: loggedError(cause, causes - 1) }),
    ...(Array.isArray(errors) && causes > 0
      ? { errors: errors.slice(0, CAUSES).map((each) => loggedError(each, causes - 1)) }
      : {}),
  };
}

/** Also true for an error of another realm, which is not an instance of this realm's `Error`. */
function isError(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'message' in error && 'stack' in error;
}

function loggedMessage(message: string, code: unknown): string {
  if (typeof code !== 'string') return message;
  if (RAISED_IN_DATABASE.test(code)) return 'raised by a trigger or a function of the database';
  return DATA_EXCEPTION.test(code) ? message.replace(/".*"/s, '"…"') : message;
}

/** The frames of a stack without the message above them, which may contain a value. */
function framesOf(stack: string | undefined): string[] {
  return (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
}
