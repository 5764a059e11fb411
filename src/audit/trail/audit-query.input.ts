import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
} from 'class-validator';
import { PageQuery } from '../../common/paging/page-query.js';
import { IsPlainText, PLAIN_TEXT } from '../../common/input/plain-text.js';
import { IsTimestamp, TIMESTAMP_SCHEMA } from '../../common/input/timestamp.js';

const ACTION = /^[A-Z]+(_[A-Z]+)*(_?\*)?$/;
const MAX_ACTIONS = 20;
const MAX_ACTION_CHARACTERS = 40;
const OUTCOMES = ['success', 'failure', 'denied', 'aborted'] as const;

/** Which entries are selected. Different filters combine with AND, repeated actions with OR. */
export class AuditFilterInput {
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', pattern: ACTION.source, maxLength: MAX_ACTION_CHARACTERS },
    maxItems: MAX_ACTIONS,
    description: 'An action such as `FILE_UPLOAD`, or a group such as `FILE_*`. May be repeated.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [value] : value))
  @IsArray()
  @ArrayMaxSize(MAX_ACTIONS)
  @Matches(ACTION, {
    each: true,
    message: 'action must be an action such as FILE_UPLOAD or FILE_*',
  })
  @MaxLength(MAX_ACTION_CHARACTERS, { each: true })
  readonly action?: readonly string[];

  @ApiPropertyOptional({ enum: OUTCOMES })
  @IsOptional()
  @IsIn(OUTCOMES)
  readonly outcome?: (typeof OUTCOMES)[number];

  @ApiPropertyOptional({
    description: 'An id, or its type and the id, such as `file:` and an id.',
    maxLength: 200,
    pattern: PLAIN_TEXT,
  })
  @IsOptional()
  @IsString()
  @IsPlainText()
  @MaxLength(200)
  readonly resource?: string;

  @ApiPropertyOptional({ description: 'A client address.', maxLength: 45, pattern: PLAIN_TEXT })
  @IsOptional()
  @IsString()
  @IsPlainText()
  @MaxLength(45)
  readonly ip?: string;

  @ApiPropertyOptional({
    ...TIMESTAMP_SCHEMA,
    description: 'From this time on: a date, or a time with a time zone (RFC 3339).',
  })
  @IsOptional()
  @IsTimestamp()
  readonly from?: string;

  @ApiPropertyOptional({ ...TIMESTAMP_SCHEMA, description: 'Before this time, in the same form.' })
  @IsOptional()
  @IsTimestamp()
  readonly to?: string;

  @ApiPropertyOptional({ maxLength: 128, pattern: PLAIN_TEXT })
  @IsOptional()
  @IsString()
  @IsPlainText()
  @MaxLength(128)
  readonly request_id?: string;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'The user of the entries. Only auditors may name another user.',
  })
  @IsOptional()
  @IsUUID()
  readonly user_id?: string;
}

/** A page of the entries that match the filters. */
export class AuditQueryInput extends IntersectionType(AuditFilterInput, PageQuery) {}
