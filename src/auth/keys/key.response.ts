import { ApiProperty } from '@nestjs/swagger';
import { SCOPES } from '../../common/access/scopes.js';
import type { ApiKey } from './api-key.entity.js';

export class KeyResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ example: 'nightly backup' })
  readonly name: string;

  @ApiProperty({ isArray: true, enum: SCOPES, example: ['files:read'] })
  readonly scopes: readonly string[];

  @ApiProperty({ format: 'date-time' })
  readonly created: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  readonly expires: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'To within ten minutes.' })
  readonly last_used: string | null;
}

export class NewKeyResponse extends KeyResponse {
  @ApiProperty({
    description: 'The key itself; shown now and never again. Send it as `Authorization: Bearer`.',
  })
  readonly key: string;
}

export function toKeyResponse(key: ApiKey): KeyResponse {
  return {
    id: key.id,
    name: key.name,
    scopes: key.scopes,
    created: key.createdAt,
    expires: key.expiresAt,
    last_used: key.lastUsedAt,
  };
}
