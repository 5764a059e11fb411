/** What a log line may say of an error beside its name, words and stack. Parameters of a query are not among it, nor PostgreSQL's `detail` and `where`: they have the values. */
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
/** PostgreSQL's data exceptions (appendix A, class 22) quote the value. */
const DATA_EXCEPTION = /^22[0-9A-Z]{3}$/;

export type LoggedError = {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
} & Readonly<Record<string, unknown>>;

/** An error as it is logged: nothing of what users have sent, and with its causes. */
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

/** Also an error of another realm, which is no instance of this one's `Error`. */
function isError(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'message' in error && 'stack' in error;
}

function loggedMessage(message: string, code: unknown): string {
  const isData = typeof code === 'string' && DATA_EXCEPTION.test(code);
  return isData ? message.replace(/".*"/s, '"…"') : message;
}

/** The lines of a stack below its words, which may have a value in them. */
function framesOf(stack: string | undefined): string[] {
  return (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
}
