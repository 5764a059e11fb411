import { ApiProperty } from '@nestjs/swagger';
import type { Session } from './session.entity.js';

export class SessionResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The user agent that signed in.',
    example: 'curl/8.5.0',
  })
  readonly device: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The address it signed in from.',
    example: '203.0.113.7',
  })
  readonly ip: string | null;

  @ApiProperty({ format: 'date-time' })
  readonly created: string;

  @ApiProperty({ format: 'date-time', description: 'The time of the sign-in or of the last refresh.' })
  readonly last_used: string;

  @ApiProperty({ description: 'True for the session of this request.' })
  readonly current: boolean;
}

export function toSessionResponse(session: Session, currentId: string): SessionResponse {
  return {
    id: session.id,
    device: session.userAgent,
    ip: session.ip,
    created: session.createdAt,
    last_used: session.lastUsedAt ?? session.createdAt,
    current: session.id === currentId,
  };
}
