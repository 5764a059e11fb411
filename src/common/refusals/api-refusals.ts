import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiExtraModels } from '@nestjs/swagger';
import type { ErrorCode } from './errors.js';
import { Problem } from './problem.js';

/** Groups of codes. `writes` has the codes that every write can cause, `jsonBody` those of reading and validating a JSON body. */
const GROUPS = {
  writes: ['database_unavailable', 'audit_unavailable', 'storage_full'],
  jsonBody: ['validation_failed', 'malformed_json', 'body_too_large', 'unsupported_media_type'],
} as const satisfies Record<string, readonly ErrorCode[]>;

/** Marks an operation with a code. The document turns the marks into responses and removes them. */
const MARK = 'x-refusal-';

/**
 * Documents the codes that a route can answer. Several decorators add up. Decorators such as `@JsonBody` and
 * `@RequireRole` document their own codes. The codes of guard, query validation and server are added when the
 * document is made. A refusal with further members needs a class in an `@ApiResponse` of its status.
 */
export function ApiRefusals(...names: (ErrorCode | keyof typeof GROUPS)[]): MethodDecorator & ClassDecorator {
  const codes = names.flatMap((name): readonly ErrorCode[] =>
    name in GROUPS ? GROUPS[name as keyof typeof GROUPS] : [name as ErrorCode],
  );
  return applyDecorators(
    ApiExtraModels(Problem),
    ...codes.map((code) => ApiExtension(`${MARK}${code}`, true)),
  );
}

/** Returns the codes of an operation and removes their marks. */
export function takeRefusals(operation: object): ErrorCode[] {
  const marked = operation as Record<string, unknown>;
  const marks = Object.keys(marked).filter((key) => key.startsWith(MARK));
  for (const mark of marks) delete marked[mark];
  return marks.map((mark) => mark.slice(MARK.length) as ErrorCode);
}
