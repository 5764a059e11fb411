import fc from 'fast-check';
import type { ApiDocument, Operation, Parameter } from '../../support/api-document.js';
import { CREDENTIALS, KNOWN, valueOf } from './values.js';

export type Caller = 'session' | 'key' | 'nobody' | 'garbage' | 'weak key' | 'no role';

export interface FormPart {
  readonly field: string;
  /** Undefined for a text field. */
  readonly fileName?: string;
  readonly content: string;
}

export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'raw'; readonly type: string; readonly text: string }
  | { readonly kind: 'form'; readonly parts: readonly FormPart[] };

/** The media type of the bytes of a resumable upload. */
export const OFFSET_STREAM = 'application/offset+octet-stream';

const offsetStream = (text: string): RequestBody => ({ kind: 'raw', type: OFFSET_STREAM, text });

/** A request as data. `(known)` stands for existing data of the caller. */
export interface ApiRequest {
  readonly caller: Caller;
  readonly path: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody;
}

/**
 * A request that succeeds: only required values, a body from the document's examples, and a caller with the
 * needed rights.
 */
export function plainRequest(document: ApiDocument, operation: Operation): ApiRequest {
  const required = (place: Parameter['in']) =>
    parametersIn(operation, place)
      .filter((parameter) => parameter.required)
      .map(({ name, schema }) => [name, String(schema.enum?.[0] ?? schema.minimum ?? KNOWN)] as const);
  return {
    caller: operation.security.length > 0 ? 'session' : 'nobody',
    path: Object.fromEntries(required('path')),
    query: required('query'),
    headers: Object.fromEntries(required('header')),
    body: plainBody(document, operation),
  };
}

function plainBody(document: ApiDocument, { requestBody }: Operation): RequestBody {
  if (requestBody === undefined) return { kind: 'none' };
  if (requestBody.content[OFFSET_STREAM] !== undefined)
    return requestBody.required === true ? offsetStream('bytes') : { kind: 'none' };
  const json = requestBody.content['application/json'];
  if (json === undefined)
    return { kind: 'form', parts: [{ field: 'file', fileName: 'file.bin', content: 'bytes' }] };
  const members = Object.entries(document.resolve(json.schema).properties ?? {});
  const value = members.map(([name, { example }]) => [name, CREDENTIALS.has(name) ? KNOWN : example]);
  return { kind: 'json', value: Object.fromEntries(value) as unknown };
}

/** All requests that the document allows for an operation. */
export function allowedRequest(document: ApiDocument, operation: Operation): fc.Arbitrary<ApiRequest> {
  const closed = operation.security.length > 0;
  const callers: Caller[] = operation['x-scope'] === undefined ? ['session'] : ['session', 'key'];
  return fc.record({
    caller: closed ? fc.constantFrom(...callers) : fc.constant<Caller>('nobody'),
    path: textsOf(document, parametersIn(operation, 'path')),
    query: queryOf(document, parametersIn(operation, 'query')),
    headers: textsOf(document, parametersIn(operation, 'header')),
    body: bodyOf(document, operation),
  });
}

export function parametersIn(operation: Operation, place: Parameter['in']): Parameter[] {
  return operation.parameters.filter((parameter) => parameter.in === place);
}

function textsOf(
  document: ApiDocument,
  parameters: readonly Parameter[],
): fc.Arbitrary<Record<string, string>> {
  const texts = parameters.map((parameter) => [parameter.name, textOf(document, parameter)] as const);
  const requiredKeys = parameters.filter(({ required }) => required).map(({ name }) => name);
  return fc.record(Object.fromEntries(texts), { requiredKeys, noNullPrototype: true });
}

function textOf(document: ApiDocument, parameter: Parameter): fc.Arbitrary<string> {
  if (parameter.in === 'header' && parameter.schema.pattern === undefined) {
    return fc.constantFrom('*', 'bytes=0-1', 'bytes=9-2', '"x"', 'Tue, 24 Nov 2026 10:00:00 GMT', 'x');
  }
  return valueOf(document, parameter.schema).map(String);
}

function queryOf(
  document: ApiDocument,
  parameters: readonly Parameter[],
): fc.Arbitrary<(readonly [string, string])[]> {
  const values = parameters.map(({ name, schema }) => [name, valueOf(document, schema)] as const);
  const requiredKeys = parameters.filter(({ required }) => required).map(({ name }) => name);
  return fc
    .record(Object.fromEntries(values), { requiredKeys, noNullPrototype: true })
    .map((query) =>
      Object.entries(query).flatMap(([name, value]) =>
        [value].flat().map((one) => [name, String(one)] as const),
      ),
    );
}

function bodyOf(document: ApiDocument, { requestBody }: Operation): fc.Arbitrary<RequestBody> {
  if (requestBody === undefined) return fc.constant({ kind: 'none' });
  const json = requestBody.content['application/json'];
  if (json !== undefined) return valueOf(document, json.schema).map((value) => ({ kind: 'json', value }));
  if (requestBody.content[OFFSET_STREAM] !== undefined)
    return fc.string({ unit: 'binary' }).map(offsetStream);
  const digests = fc.constantFrom('', KNOWN, 'F'.repeat(64));
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
  return fc
    .record({ name, content: fc.string({ unit: 'binary' }), digest: fc.option(digests) })
    .map(({ name: fileName, content, digest }) => ({
      kind: 'form',
      parts: [
        { field: 'file', fileName, content },
        ...(digest === null ? [] : [{ field: 'sha256', content: digest }]),
      ],
    }));
}
