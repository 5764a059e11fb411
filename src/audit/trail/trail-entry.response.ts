import { ApiProperty } from '@nestjs/swagger';
import { partsOf } from '../record/resource.js';
import type { TrailEntry } from './trail-entry.js';

class AuditActor {
  @ApiProperty({ enum: ['user', 'anonymous', 'system'] })
  readonly type: string;

  @ApiProperty({ type: String, nullable: true, format: 'uuid' })
  readonly id: string | null;
}

export class AuditEntryResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'uuid',
    description: 'The user whose trail has this entry.',
  })
  readonly user_id: string | null;

  @ApiProperty({ type: AuditActor })
  readonly actor: AuditActor;

  @ApiProperty({ example: 'FILE_UPLOAD' })
  readonly action: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '019ab1c2-7d3e-7a41-9c55-0d6f5f0c2b11',
    description: 'The id of the resource; null for a collection, such as all files of a user.',
  })
  readonly resource: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'file',
    description: 'The type of `resource`, or the collection.',
  })
  readonly resource_type: string | null;

  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7' })
  readonly ip: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'curl/8.5.0' })
  readonly user_agent: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { filename: 'report.pdf', size: 1024 },
  })
  readonly metadata: Readonly<Record<string, unknown>>;

  @ApiProperty({ format: 'date-time' })
  readonly timestamp: string;

  @ApiProperty({ enum: ['success', 'failure', 'denied', 'aborted'] })
  readonly outcome: string;

  @ApiProperty({ type: String, nullable: true })
  readonly request_id: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Null until the entry has its place in the log.',
  })
  readonly seq: number | null;
}

export function toAuditEntryResponse(entry: TrailEntry): AuditEntryResponse {
  const { resource, resourceType } = partsOf(entry.resource);
  return {
    id: entry.id,
    user_id: entry.subject,
    actor: entry.actor,
    action: entry.action,
    resource,
    resource_type: resourceType,
    ip: entry.ip,
    user_agent: entry.userAgent,
    metadata: { ...entry.metadata, ...entry.personal },
    timestamp: entry.occurredAt,
    outcome: entry.outcome,
    request_id: entry.requestId,
    seq: entry.seq,
  };
}
