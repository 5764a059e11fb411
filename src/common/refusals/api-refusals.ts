import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiExtraModels } from '@nestjs/swagger';
import type { ErrorCode } from './errors.js';
import { Problem } from './problem.js';

/** Codes that come together: what any write can run into. */
const GROUPS = {
  writes: ['database_unavailable', 'audit_unavailable', 'storage_full'],
} as const satisfies Record<string, readonly ErrorCode[]>;

/** Marks an operation with a code; the document turns the marks into responses and drops them. */
const MARK = 'x-refusal-';

/**
 * Documents codes that a route gives of its own; repeated, they add up. What the guard, the validation, the JSON
 * parser and the server refuse is added where the document is made. A refusal with further members has its class
 * in an `@ApiResponse` of its status.
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

/** The codes an operation was marked with, taken off it. */
export function takeRefusals(operation: object): ErrorCode[] {
  const marked = operation as Record<string, unknown>;
  const marks = Object.keys(marked).filter((key) => key.startsWith(MARK));
  for (const mark of marks) delete marked[mark];
  return marks.map((mark) => mark.slice(MARK.length) as ErrorCode);
}
