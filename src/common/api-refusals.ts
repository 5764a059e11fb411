import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { CATALOGUE, type ErrorCode } from './errors.js';
import { Problem, PROBLEM_JSON } from './problem.js';

/** Codes that come together: what parsing a JSON body refuses, and what any write can run into. */
const GROUPS = {
  body: [
    'malformed_request',
    'malformed_json',
    'request_timeout',
    'body_too_large',
    'unsupported_media_type',
  ],
  writes: ['database_unavailable', 'audit_unavailable', 'storage_full'],
} as const satisfies Record<string, readonly ErrorCode[]>;

const HEADERS: Partial<Record<number, Record<string, { description: string; schema: { type: 'string' } }>>> =
  {
    401: { 'WWW-Authenticate': { description: 'RFC 6750', schema: { type: 'string' } } },
    429: { 'Retry-After': { description: 'Seconds', schema: { type: 'string' } } },
    416: { 'Content-Range': { description: 'RFC 9110, section 14.4', schema: { type: 'string' } } },
    503: { 'Retry-After': { description: 'Seconds', schema: { type: 'string' } } },
  };

type CodeOrGroup = ErrorCode | keyof typeof GROUPS;

/** Documents the codes a route can give, grouped by status. */
export function ApiRefusals(...names: CodeOrGroup[]): MethodDecorator & ClassDecorator {
  const codes = names.flatMap((name): readonly ErrorCode[] =>
    name in GROUPS ? GROUPS[name as keyof typeof GROUPS] : [name as ErrorCode],
  );
  const statuses = new Set(codes.map((code) => CATALOGUE[code].status));
  const responses = [...statuses].map((status) =>
    ApiResponse(
      refusal(
        status,
        codes.filter((code) => CATALOGUE[code].status === status),
      ),
    ),
  );
  return applyDecorators(ApiExtraModels(Problem), ...responses);
}

function refusal(status: number, codes: readonly ErrorCode[]) {
  const example = (code: ErrorCode) => ({
    summary: CATALOGUE[code].title,
    value: {
      type: 'about:blank',
      title: CATALOGUE[code].title,
      status,
      detail: CATALOGUE[code].title,
      code,
      request_id: '019ab1c2-7d3e-7a41-9c55-0d6f5f0c2b11',
    },
  });
  return {
    status,
    description: codes.map((code) => `\`${code}\``).join(', '),
    headers: HEADERS[status],
    content: {
      [PROBLEM_JSON]: {
        schema: { $ref: getSchemaPath(Problem) },
        examples: Object.fromEntries(codes.map((code) => [code, example(code)])),
      },
    },
  };
}
