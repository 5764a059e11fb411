import { STATUS_CODES } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';
import { isOpenObject } from './common/input/open-object.js';
import { takeRefusals } from './common/refusals/api-refusals.js';
import { CATALOGUE, type ErrorCode } from './common/refusals/errors.js';
import { refusalExample, refusalResponse } from './common/refusals/refusal-response.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
type Response = { description: string; headers?: Record<string, unknown>; content?: Record<string, Media> };
type Media = { schema?: Schema };
type Schema = {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: boolean;
};

/** HEAD first: what follows adds one to operations with the mark `x-head`. */
const METHODS = ['head', 'get', 'post', 'put', 'patch', 'delete'] as const;

/** What the server can refuse on every path, mostly before a route is known. */
const BY_SERVER = [
  'malformed_request',
  'method_not_allowed',
  'request_timeout',
  'expectation_failed',
  'headers_too_large',
  'internal_error',
] as const satisfies ErrorCode[];

/** Statuses of requests that are refused before the guards. */
const BEFORE_GUARD = new Set(['405', '417', '431']);

/** Refusals of a route with a rate limit. Routes for probes have no limit, and answer before any timeout. */
const BY_LIMIT = ['rate_limited', 'answer_timeout'] as const;

/** Refusals of a route that needs a credential: it reads the caller from the database. */
const BY_GUARD = [
  ...BY_LIMIT,
  'unauthorized',
  'invalid_signature',
  'insufficient_scope',
  'database_unavailable',
] as const;

const COMPONENT_HEADERS = {
  'X-Request-Id': {
    description: 'The id of this request in log and audit trail: yours, or one made here.',
    required: true,
    schema: { type: 'string' as const, pattern: '^[A-Za-z0-9._-]{1,128}$' },
  },
  RateLimit: {
    description: 'Requests left and seconds until the window ends, such as `"default";r=1199;t=60`.',
    schema: { type: 'string' as const },
  },
  'RateLimit-Policy': {
    description: 'The limit, such as `"default";q=1200;w=60` (draft-ietf-httpapi-ratelimit-headers).',
    schema: { type: 'string' as const },
  },
};

const headerRef = (name: keyof typeof COMPONENT_HEADERS) => ({ $ref: `#/components/headers/${name}` });
const EVERY_ANSWER = { 'X-Request-Id': headerRef('X-Request-Id') };
const LIMITED_ANSWER = {
  RateLimit: headerRef('RateLimit'),
  'RateLimit-Policy': headerRef('RateLimit-Policy'),
};

/**
 * Adds to every operation what its own decorators do not say: the refusals of server, query validation and
 * guard, by the marks that those use, and the headers of every answer.
 */
export function completeOperations(document: OpenAPIObject): void {
  const components = (document.components ??= {});
  components.headers = COMPONENT_HEADERS;
  const examples: Record<string, ReturnType<typeof refusalExample>> = {};
  components.examples = examples;
  for (const item of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      closeInput(operation.requestBody, document);
      for (const code of complete(operation)) examples[code] = refusalExample(code);
      if (method === 'head') operation.responses = withoutContent(operation.responses);
      if (take(operation, 'x-head')) item.head = headOf(operation);
    }
  }
}

/** @returns the codes that the operation can answer. */
function complete(operation: Operation): ReadonlySet<ErrorCode> {
  const limited = !take(operation, 'x-unlimited');
  const open = take(operation, 'x-public') || !limited;
  operation.security = securityOf(open, 'x-scope' in operation);
  const codes = new Set<ErrorCode>([
    ...(readsQuery(operation) ? (['validation_failed'] as const) : []),
    ...takeRefusals(operation),
    ...BY_SERVER,
    ...accessCodes(limited, open),
  ]);
  const always = takeValue<Record<string, unknown>>(operation, 'x-every-answer');
  const responses = operation.responses as Record<string, Response>;
  for (const [status, ofStatus] of byStatus(codes))
    responses[status] = refusalResponse(ofStatus, schemaOf(responses[status]));
  for (const [status, response] of Object.entries(responses)) {
    const counted = limited && !BEFORE_GUARD.has(status);
    response.description ||= STATUS_CODES[status] ?? status;
    response.headers = {
      ...response.headers,
      ...EVERY_ANSWER,
      ...always,
      ...(counted ? LIMITED_ANSWER : {}),
    };
  }
  return codes;
}

/** A route without a scope is closed to API keys, and so to signed requests. */
function securityOf(open: boolean, keys: boolean): Record<string, string[]>[] {
  if (open) return [];
  return keys ? [{ bearer: [] }, { signature: [] }] : [{ bearer: [] }];
}

function accessCodes(limited: boolean, open: boolean): readonly ErrorCode[] {
  if (!limited) return [];
  return open ? BY_LIMIT : BY_GUARD;
}

function byStatus(codes: ReadonlySet<ErrorCode>): Map<number, ErrorCode[]> {
  const groups = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = CATALOGUE[code];
    groups.set(status, [...(groups.get(status) ?? []), code]);
  }
  return groups;
}

/** True when there is a query to validate. */
function readsQuery({ parameters = [] }: Operation): boolean {
  return parameters.some((parameter) => 'in' in parameter && parameter.in === 'query');
}

/** Documents that unknown members of a body are refused, at every depth, except in objects that are open. */
function closeInput(body: Operation['requestBody'], document: OpenAPIObject): void {
  const close = (schema: Schema | undefined): void => {
    const named = schema?.$ref?.split('/').at(-1);
    const target =
      named === undefined ? schema : (document.components?.schemas?.[named] as Schema | undefined);
    if (target?.properties === undefined) return target?.items && close(target.items);
    if (target.additionalProperties !== undefined) return;
    target.additionalProperties = named !== undefined && isOpenObject(named);
    Object.values(target.properties).forEach(close);
  };
  Object.values(contentOf(body)).forEach(({ schema }) => close(schema));
}

function contentOf(body: Operation['requestBody']): Record<string, Media> {
  return body !== undefined && 'content' in body ? (body.content as Record<string, Media>) : {};
}

function schemaOf(response: Response | undefined): Schema | undefined {
  return Object.values(response?.content ?? {})[0]?.schema;
}

/** What of a GET is about the content: ranges (RFC 9110, section 14.2), and a redirect to it. */
const OF_CONTENT = { statuses: new Set(['206', '307', '416']), headers: new Set(['Range', 'If-Range']) };

/** The same answers without their content, to the same request without a range. */
function headOf(operation: Operation): Operation {
  const responses = Object.entries(operation.responses).filter(
    ([status]) => !OF_CONTENT.statuses.has(status),
  );
  const parameters = operation.parameters?.filter(
    (parameter) => !('name' in parameter && OF_CONTENT.headers.has(parameter.name)),
  );
  return {
    ...operation,
    parameters,
    operationId: `${operation.operationId}Head`,
    summary: `${operation.summary}: headers only`,
    responses: withoutContent(Object.fromEntries(responses)),
  };
}

/** Answers to HEAD have no content, refusals neither. */
function withoutContent(responses: Operation['responses']): Operation['responses'] {
  const bare = Object.entries(responses as Record<string, Response>).map(
    ([status, { description, headers }]) => [status, { description, headers }] as const,
  );
  return Object.fromEntries(bare) as Operation['responses'];
}

/** True when an operation has the mark. The mark is removed. */
function take(operation: Operation, mark: `x-${string}`): boolean {
  return takeValue(operation, mark) === true;
}

/** The value of a mark, which is removed. */
function takeValue<T>(operation: Operation, mark: `x-${string}`): T | undefined {
  const marked = operation as unknown as Record<string, T | undefined>;
  const value = marked[mark];
  delete marked[mark];
  return value;
}
