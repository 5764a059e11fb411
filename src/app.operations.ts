import { STATUS_CODES } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';
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

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** What the server refuses on every path, most of it before there is a route. */
const BY_SERVER = [
  'malformed_request',
  'method_not_allowed',
  'request_timeout',
  'expectation_failed',
  'headers_too_large',
  'internal_error',
] as const satisfies ErrorCode[];

/** What reading a JSON body refuses. */
const BY_JSON_BODY = ['malformed_json', 'body_too_large', 'unsupported_media_type'] as const;

/** Statuses of requests that no guard has seen. */
const BEFORE_GUARD = new Set(['405', '417', '431']);

/**
 * The guard limits the requests and records the first of those that were too many. What is open to probes is not limited,
 * and has its answer long before there could be none.
 */
const BY_LIMIT = ['rate_limited', 'audit_unavailable', 'answer_timeout'] as const;

/** A closed route asks the database who is calling, and records whom it turns away. */
const BY_GUARD = [...BY_LIMIT, 'unauthorized', 'insufficient_scope', 'database_unavailable'] as const;

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
 * Completes the operations with what no decorator beside a route has to say: what the server, the JSON parser, the
 * validation and the guard refuse, by the same marks that these go by, and the headers of every answer.
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
      if (take(operation, 'x-head')) item.head = headOf(operation);
    }
  }
}

/** @returns the codes that it can give. */
function complete(operation: Operation): ReadonlySet<ErrorCode> {
  const limited = !take(operation, 'x-unlimited');
  const open = take(operation, 'x-public') || !limited;
  operation.security = open ? [] : [{ bearer: [] }];
  const codes = new Set<ErrorCode>([
    ...(readsInput(operation) ? (['validation_failed'] as const) : []),
    ...takeRefusals(operation),
    ...BY_SERVER,
    ...(readsJson(operation) ? BY_JSON_BODY : []),
    ...accessCodes(limited, open),
  ]);
  const responses = operation.responses as Record<string, Response>;
  for (const [status, ofStatus] of byStatus(codes))
    responses[status] = refusalResponse(ofStatus, schemaOf(responses[status]));
  for (const [status, response] of Object.entries(responses)) {
    const counted = limited && !BEFORE_GUARD.has(status);
    response.description ||= STATUS_CODES[status] ?? status;
    response.headers = { ...response.headers, ...EVERY_ANSWER, ...(counted ? LIMITED_ANSWER : {}) };
  }
  return codes;
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

/** True when the validation has something to judge: a query or a JSON body. */
function readsInput(operation: Operation): boolean {
  const { parameters = [] } = operation;
  return (
    parameters.some((parameter) => 'in' in parameter && parameter.in === 'query') || readsJson(operation)
  );
}

function readsJson({ requestBody }: Operation): boolean {
  return contentOf(requestBody)['application/json'] !== undefined;
}

/** Unknown members of a body are refused, at every depth. */
function closeInput(body: Operation['requestBody'], document: OpenAPIObject): void {
  const close = (schema: Schema | undefined): void => {
    const named = schema?.$ref?.split('/').at(-1);
    const target =
      named === undefined ? schema : (document.components?.schemas?.[named] as Schema | undefined);
    if (target?.properties === undefined) return target?.items && close(target.items);
    if (target.additionalProperties === false) return;
    target.additionalProperties = false;
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

/** The same answers without their content; a redirect to the content is none of them. */
function headOf(operation: Operation): Operation {
  const responses = Object.entries(operation.responses as Record<string, Response>)
    .filter(([status]) => status !== '307')
    .map(([status, { description, headers }]) => [status, { description, headers }] as const);
  return {
    ...operation,
    operationId: `${operation.operationId}Head`,
    summary: `${operation.summary}: the headers alone`,
    responses: Object.fromEntries(responses) as Operation['responses'],
  };
}

/** Whether an operation is marked; the mark is taken off. */
function take(operation: Operation, mark: `x-${string}`): boolean {
  const marked = operation as unknown as Record<string, unknown>;
  const found = marked[mark] === true;
  delete marked[mark];
  return found;
}
