import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { createDocument } from '../../src/app.document.js';
import { PROBLEM_JSON } from '../../src/common/refusals/problem.js';
import { API_HEADERS } from '../../src/http/answer/security-headers.js';

export interface Schema {
  readonly $ref?: string;
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly nullable?: boolean;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
  readonly example?: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

interface Media {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, unknown>>;
}

interface Header {
  readonly $ref?: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

interface DescribedResponse {
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Readonly<Record<string, Media>>;
}

export interface Operation {
  /** Such as `GET /api/files/{id}`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, DescribedResponse>>;
  readonly security: readonly object[];
  readonly 'x-scope'?: string;
  readonly 'x-role'?: string;
}

export interface SeenAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined when it is not JSON. */
  readonly json?: unknown;
}

/** Headers that the document does not describe: those of HTTP, of CORS, and for browsers. */
const UNDESCRIBED = new Set([
  ...['content-type', 'content-length', 'date', 'connection', 'keep-alive', 'transfer-encoding', 'vary'],
  ...API_HEADERS.map(([name]) => name.toLowerCase()),
]);

/** Refusals that are possible on a path without a route. */
const WITHOUT_ROUTE = new Set(['route_not_found', 'malformed_request', 'request_timeout']);

/** The API document. It checks that an answer of the server matches the document. */
export class ApiDocument {
  readonly operations: readonly Operation[];
  readonly #schemas: Ajv;
  readonly #headers: Readonly<Record<string, Header>>;
  readonly #validators = new Map<Schema, ValidateFunction>();

  constructor(readonly document: OpenAPIObject) {
    this.operations = operationsOf(document);
    this.#headers = (document.components?.headers ?? {}) as Record<string, Header>;
    this.#schemas = new Ajv({ strict: false, allErrors: true });
    addFormats.default(this.#schemas);
    this.#schemas.addFormat('idn-email', /^\s*[^\s@]+@[^\s@]+\.[^\s@]+\s*$/u);
    this.#schemas.addSchema(closed(document), 'api');
  }

  static of(app: INestApplication): ApiDocument {
    return new ApiDocument(createDocument(app));
  }

  /** The faults of `value` by a schema of the document. Empty when the value is valid. */
  schemaFaults(schema: Schema, value: unknown): string[] {
    const validate = this.#validators.get(schema) ?? this.#schemas.compile(absolute(schema));
    this.#validators.set(schema, validate);
    return validate(value) ? [] : (validate.errors ?? []).map(inWords);
  }

  /** Resolves a reference to a schema. */
  resolve(schema: Schema): Schema {
    const named = schema.$ref?.split('/').at(-1);
    if (named === undefined) return schema;
    return this.document.components!.schemas![named] as Schema;
  }

  /**
   * What an answer has and the document does not describe, and what the document promises and the answer
   * lacks. Empty when they agree.
   */
  faults(method: string, url: string, answer: SeenAnswer): string[] {
    const [path = ''] = url.split('?');
    // Pages for people are not in the document.
    if (method === 'OPTIONS' || /^\/(docs|s\/)/i.test(path)) return [];
    const atPath = this.operations.filter((operation) => patternOf(operation).test(path));
    const operation = atPath.find((candidate) => candidate.method === method);
    if (operation !== undefined) return this.#faultsOf(operation, answer);
    const head = method === 'HEAD' ? atPath.find((candidate) => candidate.method === 'GET') : undefined;
    if (head !== undefined) return this.#faultsOf(withoutContent(head), answer);
    if (answer.status === 405 && atPath[0] !== undefined) return this.#faultsOf(atPath[0], answer);
    return unroutedFaults(answer);
  }

  #faultsOf(operation: Operation, answer: SeenAnswer): string[] {
    const response = operation.responses[answer.status];
    if (response === undefined) return [`the status ${answer.status} ${codeOf(answer)}`];
    const head = operation.method === 'HEAD';
    return [
      ...this.#headerFaults(response, answer.headers),
      ...(head ? [] : this.#contentFaults(response, answer)),
    ];
  }

  #headerFaults(response: DescribedResponse, headers: Headers): string[] {
    const described = new Map(
      Object.entries(response.headers ?? {}).map(([name, header]) => [
        name.toLowerCase(),
        header.$ref === undefined ? header : this.#headers[header.$ref.split('/').at(-1)!]!,
      ]),
    );
    const sent = [...headers].filter(
      ([name]) => !UNDESCRIBED.has(name) && !name.startsWith('access-control-'),
    );
    const unknown = sent.filter(([name]) => !described.has(name)).map(([name]) => `the header ${name}`);
    const missing = [...described].filter(([name, { required }]) => required === true && !headers.has(name));
    const wrong = sent.flatMap(([name, value]) =>
      this.schemaFaults(described.get(name)?.schema ?? {}, value).map((fault) => `${name}: ${fault}`),
    );
    return [...unknown, ...missing.map(([name]) => `no header ${name}`), ...wrong];
  }

  #contentFaults({ content }: DescribedResponse, { headers, json }: SeenAnswer): string[] {
    const type = mediaTypeOf(headers);
    if (content === undefined) return type === '' ? [] : [`a body of ${type}`];
    const media = content[type];
    if (media === undefined) return [`the media type ${type === '' ? 'none' : type}`];
    if (json === undefined) return [];
    const faults = this.schemaFaults(media.schema, json);
    if (type !== PROBLEM_JSON) return faults;
    const { code, request_id: requestId } = json as { code: string; request_id: string };
    if (!(code in (media.examples ?? {}))) faults.push(`the code ${code}`);
    if (requestId !== headers.get('x-request-id')) faults.push('another request_id than in X-Request-Id');
    return faults;
  }
}

/** True when `headers` announce a JSON body. */
export function isJson(headers: Headers): boolean {
  return /\/(\w+\+)?json$/.test(mediaTypeOf(headers));
}

function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Omit<Operation, 'name' | 'method' | 'path'>>).map(
      ([method, operation]) => ({
        ...operation,
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
      }),
    ),
  );
}

/** Fields may be added to answers later, but all present ones must be described. */
function closed(document: OpenAPIObject): object {
  const copy = JSON.parse(JSON.stringify(document)) as OpenAPIObject;
  for (const schema of Object.values(copy.components?.schemas ?? {})) {
    if ('properties' in schema) schema.additionalProperties ??= false;
  }
  return copy;
}

function absolute(schema: Schema): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as object;
}

/** Matches as the service does: in any case, and but for a deletion with or without a slash at the end. */
function patternOf({ method, path }: Operation): RegExp {
  const end = method === 'DELETE' ? '' : '/?';
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}${end}$`, 'i');
}

function withoutContent(get: Operation): Operation {
  return { ...get, method: 'HEAD' };
}

function unroutedFaults(answer: SeenAnswer): string[] {
  const code = codeOf(answer);
  return WITHOUT_ROUTE.has(code) ? [] : [`the answer ${answer.status} ${code}`];
}

function codeOf({ json }: SeenAnswer): string {
  return (json as { code?: string } | null | undefined)?.code ?? '';
}

function mediaTypeOf(headers: Headers): string {
  return (headers.get('content-type') ?? '').split(';', 1)[0]!.trim();
}

function inWords({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || 'the value'} ${message} ${JSON.stringify(params)}`;
}
