import fc from 'fast-check';
import type { ErrorCode } from '../../../src/common/refusals/errors.js';
import { PROBLEM_JSON } from '../../../src/common/refusals/problem.js';
import type { ApiDocument, Operation, Parameter, Schema } from '../../support/api-document.js';
import {
  type ApiRequest,
  type Caller,
  type FormPart,
  OFFSET_STREAM,
  parametersIn,
  plainRequest,
  type RequestBody,
} from './requests.js';
import { type OtherValues, otherThan, textsOtherThan } from './values.js';

/** A request that the document does not allow, with the code of its refusal. */
export interface RefusedRequest {
  readonly because: string;
  readonly code: ErrorCode;
  readonly request: ApiRequest;
}

/**
 * Requests that differ from a successful one in one forbidden thing: a list of interesting ones, and random
 * ones where possible.
 */
export function refusedRequests(document: ApiDocument, operation: Operation): OtherValues<RefusedRequest> {
  const plain = plainRequest(document, operation);
  const { listed, random } = together([
    accessChanges(operation),
    parameterChanges(document, operation),
    bodyChanges(document, operation),
  ]);
  const changed = ({ because, code, change }: Change) => ({ because, code, request: change(plain) });
  return { listed: listed.map(changed), random: random && random.map(changed) };
}

type Changes = OtherValues<Change>;

function together(all: readonly Changes[]): Changes {
  const random = all.flatMap((changes) => changes.random ?? []);
  return {
    listed: all.flatMap(({ listed }) => listed),
    random: random.length === 0 ? null : fc.oneof(...random),
  };
}

function changesBy<T>({ listed, random }: OtherValues<T>, change: (value: T) => Change): Changes {
  return { listed: listed.map(change), random: random && random.map(change) };
}

const only = (...listed: readonly Change[]): Changes => ({ listed, random: null });

interface Change {
  readonly because: string;
  readonly code: ErrorCode;
  readonly change: (request: ApiRequest) => ApiRequest;
}

function accessChanges({ security, ...operation }: Operation): Changes {
  if (security.length === 0) return only();
  const as = (caller: Caller, code: ErrorCode): Change => ({
    because: `the caller is: ${caller}`,
    code,
    change: (request) => ({ ...request, caller }),
  });
  const role = operation['x-role'] === undefined ? [] : [as('no role', 'forbidden')];
  const token = [as('nobody', 'unauthorized'), as('garbage', 'unauthorized')];
  return only(...token, as('weak key', 'insufficient_scope'), ...role);
}

function parameterChanges(document: ApiDocument, operation: Operation): Changes {
  const query = parametersIn(operation, 'query');
  const twice = query.filter(({ schema }) => schema.type !== 'array').map(({ name }) => repeated(name));
  const missing = query.filter(({ required }) => required).map(({ name }) => without(name));
  const others = operation.parameters.map((parameter) => {
    const { listed, random } = textsOtherThan(document, parameter.schema);
    const fitting = (text: string) => fits(parameter, text);
    const texts = { listed: listed.filter(fitting), random: random && random.filter(fitting) };
    return changesBy(texts, (text) => other(operation, parameter, text));
  });
  return together([only(...twice, ...missing, ...(query.length > 0 ? UNKNOWN_PARAMETERS : [])), ...others]);
}

/**
 * Some texts cannot be sent: an empty segment is another path, and spaces around a field's value are removed.
 */
function fits(parameter: Parameter, text: string): boolean {
  if (parameter.in === 'path') return !/^\s*$|^\.{1,2}$/.test(text);
  return parameter.in !== 'header' || /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(text);
}

function other(operation: Operation, parameter: Parameter, text: string): Change {
  const because = `${parameter.in} ${parameter.name} is ${JSON.stringify(text)}`;
  const { name } = parameter;
  switch (parameter.in) {
    case 'path': {
      // A text that is not an id is answered like an unknown id.
      const code = parameter.schema.format === 'uuid' ? unknownIdCode(operation) : 'validation_failed';
      return { because, code, change: (to) => ({ ...to, path: { ...to.path, [name]: text } }) };
    }
    case 'query':
      return {
        because,
        code: 'validation_failed',
        change: (to) => ({ ...to, query: [...others(to, name), [name, text]] }),
      };
    case 'header':
      return {
        because,
        code: CODES_OF_HEADERS[name] ?? 'invalid_idempotency_key',
        change: (to) => ({ ...to, headers: { ...to.headers, [name]: text } }),
      };
  }
}

/** How another text in a header is refused. */
const CODES_OF_HEADERS: Readonly<Record<string, ErrorCode>> = {
  'Tus-Resumable': 'unsupported_tus_version',
  'Upload-Checksum': 'invalid_upload_header',
  'Upload-Length': 'invalid_upload_header',
  'Upload-Metadata': 'invalid_upload_header',
  'Upload-Offset': 'invalid_upload_header',
};

/** How the operation refuses an unknown id. Refusals of HEAD have no code, so that of GET is used. */
function unknownIdCode({ responses }: Operation): ErrorCode {
  const codes = Object.keys(responses[404]?.content?.[PROBLEM_JSON]?.examples ?? {});
  // An upload may also name a file in its metadata.
  const code = codes.includes('upload_not_found') ? 'upload_not_found' : codes[0];
  return (code ?? 'file_not_found') as ErrorCode;
}

function repeated(name: string): Change {
  return {
    because: `${name} is given twice`,
    code: 'validation_failed',
    change: (to) => ({ ...to, query: [...others(to, name), [name, '1'], [name, '1']] }),
  };
}

function without(name: string): Change {
  return {
    because: `${name} is missing`,
    code: 'validation_failed',
    change: (to) => ({ ...to, query: others(to, name) }),
  };
}

const UNKNOWN_PARAMETERS: readonly Change[] = [
  'nonsense',
  '__proto__',
  'constructor',
  'limit[]',
  'Limit',
].map((name) => ({
  because: `there is no parameter ${name}`,
  code: 'validation_failed',
  change: (to) => ({ ...to, query: [...to.query, [name, '1']] }),
}));

const others = ({ query }: ApiRequest, name: string) => query.filter(([key]) => key !== name);

const withBody =
  (body: RequestBody) =>
  (request: ApiRequest): ApiRequest => ({ ...request, body });

const raw = (because: string, code: ErrorCode, type: string, text: string): Change => ({
  because,
  code,
  change: withBody({ kind: 'raw', type, text }),
});

/** A body that is not described is not read, so it is not refused. */
function bodyChanges(document: ApiDocument, { requestBody }: Operation): Changes {
  const content = requestBody?.content ?? {};
  if (content['multipart/form-data'] !== undefined) return only(...FORM_CHANGES);
  const json = content['application/json'];
  if (content[OFFSET_STREAM] !== undefined)
    return only(raw('the body is JSON', 'unsupported_media_type', 'application/json', '{}'));
  if (json === undefined) return only();
  return together([only(...RAW_CHANGES), memberChanges(document, document.resolve(json.schema))]);
}

const RAW_CHANGES: readonly Change[] = [
  { because: 'there is no body', code: 'malformed_json', change: withBody({ kind: 'none' }) },
  raw('the body is empty', 'malformed_json', 'application/json', ''),
  raw('the body is text', 'unsupported_media_type', 'text/plain', 'x'),
  raw('the body is a form', 'unsupported_media_type', 'application/x-www-form-urlencoded', 'a=b'),
  raw('the body is not UTF-8', 'unsupported_media_type', 'application/json; charset=utf-16', '{}'),
  raw('the JSON is broken', 'malformed_json', 'application/json', '{"a":'),
  raw('a key is given twice', 'malformed_json', 'application/json', '{"a":1,"a":1}'),
  raw(
    'the body is too large',
    'body_too_large',
    'application/json',
    JSON.stringify({ a: 'x'.repeat(70_000) }),
  ),
];

const file = (field: string): FormPart => ({ field, fileName: 'file.bin', content: 'bytes' });
const form = (because: string, code: ErrorCode, ...parts: FormPart[]): Change => ({
  because,
  code,
  change: withBody({ kind: 'form', parts }),
});

const FORM_CHANGES: readonly Change[] = [
  raw('the body is JSON', 'unsupported_media_type', 'application/json', '{}'),
  raw('there is no boundary', 'malformed_upload', 'multipart/form-data', 'x'),
  raw('the form does not end', 'malformed_upload', 'multipart/form-data; boundary=x', '--x\r\n'),
  { because: 'there is no body', code: 'unsupported_media_type', change: withBody({ kind: 'none' }) },
  form('there is no file', 'file_missing', { field: 'sha256', content: '' }),
  form('the field has another name', 'malformed_upload', file('document')),
  form('there are two files', 'malformed_upload', file('file'), file('file')),
  form('there is another field', 'malformed_upload', file('file'), { field: 'user_id', content: 'x' }),
  form('the digest is none', 'digest_mismatch', file('file'), { field: 'sha256', content: 'x' }),
];

function memberChanges(document: ApiDocument, schema: Schema): Changes {
  const { properties = {}, required = [] } = schema;
  const merged = (because: string, change: (value: object) => unknown): Change => ({
    because,
    code: 'validation_failed',
    change: (request) => ({ ...request, body: { kind: 'json', value: change(membersOf(request)) } }),
  });
  const unknown = ['nonsense', 'id', 'role', 'user_id'].map((name) =>
    merged(`there is no member ${name}`, (value) => ({ ...value, [name]: 'x' })),
  );
  const missing = required.map((name) =>
    merged(`${name} is missing`, (value) =>
      Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)),
    ),
  );
  const noObject = ['[]', 'null', '"x"', '1'].map((text) =>
    raw(`the body is ${text}`, 'malformed_json', 'application/json', text),
  );
  const wrong = Object.entries(properties).map(([name, property]) =>
    changesBy(otherThan(document, property), (odd) =>
      merged(`${name} is ${JSON.stringify(odd)}`, (value) => ({ ...value, [name]: odd })),
    ),
  );
  return together([only(...unknown, ...missing, ...noObject), ...wrong]);
}

function membersOf({ body }: ApiRequest): object {
  return body.kind === 'json' && typeof body.value === 'object' ? { ...body.value } : {};
}
