import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { SCOPES } from '../../common/access/scopes.js';
import type { ApiKey } from './api-key.entity.js';
import type { NewKey } from './new-key.js';
import { toPem } from './public-key.js';

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

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'Accurate to ten minutes.' })
  readonly last_used: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The public key of signed requests, as PEM. Null for a key that is a secret.',
  })
  readonly public_key: string | null;
}

export class NewKeyResponse extends KeyResponse {
  @ApiPropertyOptional({
    description:
      'The key itself, shown only now. Send it as `Authorization: Bearer`. A key with a `public_key` has none.',
  })
  readonly key?: string;
}

export function toKeyResponse(key: ApiKey): KeyResponse {
  return {
    id: key.id,
    name: key.name,
    scopes: key.scopes,
    created: key.createdAt,
    expires: key.expiresAt,
    last_used: key.lastUsedAt,
    public_key: key.publicKey === null ? null : toPem(key.publicKey),
  };
}

export function toNewKeyResponse({ key, secret }: NewKey): NewKeyResponse {
  return secret === null ? toKeyResponse(key) : { ...toKeyResponse(key), key: secret };
}
