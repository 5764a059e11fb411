import fc from 'fast-check';
import type { Operation } from '../../support/api-document.js';
import { type ApiRequest, type Caller, OFFSET_STREAM, parametersIn, type RequestBody } from './requests.js';
import { KNOWN } from './values.js';

/** A request to an operation, and its method: a route with GET also answers HEAD. */
export interface WildRequest {
  readonly method: string;
  readonly request: ApiRequest;
}

const HEADERS = [
  ...['Range', 'If-Range', 'If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since'],
  ...['Idempotency-Key', 'Tus-Resumable', 'Upload-Length', 'Upload-Offset', 'Upload-Metadata'],
  ...['Upload-Checksum', 'Upload-Defer-Length', 'X-HTTP-Method-Override', 'Content-Encoding', 'Accept'],
  ...['X-Request-Id', 'Signature', 'Signature-Input', 'Content-Digest', 'Origin', 'traceparent'],
];

const TEXTS = [
  '',
  '0',
  '5',
  '-1',
  '1e3',
  '*',
  '"x"',
  'W/"x"',
  'bytes=0-1',
  'bytes=9-2',
  'bytes=-1',
  'gzip',
  '1.0.0',
];

const MEDIA_TYPES = [
  ...['application/json', 'application/json; charset=utf-16', 'text/plain', 'multipart/form-data'],
  ...['multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', OFFSET_STREAM],
];

const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'grapheme', minLength: 1 }), fc.uuid());
const headerText = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string().map((value) => value.trim()),
);

/** A path part that names no other path. */
const pathText = text.filter((value) => !['', '.', '..'].includes(value));

/** Requests with any number of faults at once, most of which no client sends. */
export function wildRequest(operation: Operation): fc.Arbitrary<WildRequest> {
  const { method } = operation;
  const names = (place: 'path' | 'query') => parametersIn(operation, place).map(({ name }) => name);
  const callers: Caller[] = ['session', 'weak key', 'no role', 'nobody', 'garbage'];
  const path = names('path').map((name) => [name, fc.oneof(fc.constant(KNOWN), pathText)] as const);
  const query = fc.tuple(fc.constantFrom('unknown', ...names('query')), text);
  return fc.record({
    method: method === 'GET' ? fc.constantFrom('GET', 'HEAD') : fc.constant(method),
    request: fc.record<ApiRequest>({
      caller: fc.constantFrom(...callers),
      path: fc.record(Object.fromEntries(path)),
      query: fc.array(query, { maxLength: 3 }),
      headers: fc.dictionary(fc.constantFrom(...HEADERS), headerText, { maxKeys: 4 }),
      body: ['GET', 'HEAD'].includes(method) ? fc.constant({ kind: 'none' }) : body,
    }),
  });
}

const body: fc.Arbitrary<RequestBody> = fc.oneof(
  fc.constant<RequestBody>({ kind: 'none' }),
  fc.jsonValue().map((value): RequestBody => ({ kind: 'json', value })),
  fc
    .record({ type: fc.constantFrom(...MEDIA_TYPES), text: fc.oneof(text, fc.json()) })
    .map((raw): RequestBody => ({ kind: 'raw', ...raw })),
  fc
    .array(fc.record({ field: fc.constantFrom('file', 'sha256', 'other'), content: text }), { maxLength: 3 })
    .map((parts): RequestBody => ({ kind: 'form', parts })),
);
