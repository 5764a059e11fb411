import { type LoggedError, loggedError } from './logged-error.js';

type Fields = Record<string, unknown>;

/** The names of the Elastic Common Schema for the fields that the service logs. */
const NAMES: Readonly<Record<string, string>> = {
  context: 'log.logger',
  request_id: 'http.request.id',
  trace_id: 'trace.id',
  method: 'http.request.method',
  path: 'url.path',
  status: 'http.response.status_code',
  ip: 'client.ip',
  user_id: 'user.id',
  stack: 'error.stack_trace',
};
const NANOSECONDS = 1_000_000;
/** Members of a logged error that have a field of their own. */
const OWN = new Set(['type', 'message', 'stack', 'code', 'cause', 'errors']);

/**
 * The fields of a log line under the names of the Elastic Common Schema 8. What the schema does not know becomes a label, as
 * text. A line about a request also gets a message and an outcome.
 */
export function ecsFields(line: Fields): Fields {
  const fields: Fields = {};
  for (const [name, value] of Object.entries(line)) {
    if (value === undefined || value === null) continue;
    if (name === 'err') Object.assign(fields, errorFields(loggedError(value)));
    else if (NAMES[name] !== undefined) fields[NAMES[name]] = value;
    else if (name === 'ms') fields['event.duration'] = Math.round(Number(value) * NANOSECONDS);
    else fields[`labels.${name}`] = textOf(value);
  }
  return line.method === undefined ? fields : { ...fields, ...requestFields(line) };
}

function requestFields({ method, path, status }: Fields): Fields {
  return {
    message: `${String(method)} ${String(path)} ${String(status)}`,
    'event.kind': 'event',
    'event.category': ['web'],
    'event.type': ['access'],
    'event.outcome': Number(status) < 400 ? 'success' : 'failure',
  };
}

/** The schema has no place for causes: their stacks follow in the text. The first code and the first of each other member count. */
function errorFields(error: LoggedError): Fields {
  const chain = chainOf(error);
  const fields: Fields = {
    'error.type': error.type,
    'error.message': error.message,
    'error.stack_trace': chain.map(({ stack }) => stack).join('\nCaused by: '),
  };
  const code = chain.find((each) => each.code !== undefined)?.code;
  if (code !== undefined) fields['error.code'] = textOf(code);
  for (const [name, value] of chain.flatMap((each) => Object.entries(each)))
    if (!OWN.has(name)) fields[`labels.error_${name}`] ??= textOf(value);
  return fields;
}

function chainOf(error: LoggedError): LoggedError[] {
  const { cause, errors } = error as LoggedError & { cause?: LoggedError; errors?: LoggedError[] };
  const causes = [...(cause === undefined ? [] : [cause]), ...(errors ?? [])];
  return [error, ...causes.flatMap(chainOf)];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
