import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CATALOGUE } from './errors.js';
import type { ApiError, FieldError } from './refusal.js';

export const PROBLEM_JSON = 'application/problem+json';

class FieldProblem {
  @ApiProperty({ example: 'email' })
  readonly field: string;

  @ApiProperty({ example: 'email must be an email' })
  readonly message: string;
}

/** The body of a refusal (RFC 9457), with the extension members `code`, `request_id` and `errors`. */
export class Problem {
  @ApiProperty({ example: 'about:blank' })
  readonly type: string;

  @ApiProperty({ example: 'No such file' })
  readonly title: string;

  @ApiProperty({ type: 'integer', example: 404 })
  readonly status: number;

  @ApiProperty({ example: 'You have no file with this id.' })
  readonly detail: string;

  @ApiProperty({ enum: Object.keys(CATALOGUE), enumName: 'ErrorCode', example: 'file_not_found' })
  readonly code: string;

  @ApiProperty({ example: '019ab1c2-7d3e-7a41-9c55-0d6f5f0c2b11' })
  readonly request_id: string;

  @ApiPropertyOptional({ type: [FieldProblem] })
  readonly errors?: readonly FieldError[];
}

export function toProblem(error: ApiError, requestId: string): Problem {
  return {
    type: 'about:blank',
    title: error.title,
    status: error.status,
    detail: error.detail,
    code: error.code,
    request_id: requestId,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
    ...error.extensions,
  };
}
