import { ApiProperty } from '@nestjs/swagger';
import type { Factor } from '../factors/factor.entity.js';
import type { AddedFactor } from './passkey-enrolment.js';
import type { NewTotp } from './totp-enrolment.js';

export class FactorResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ enum: ['totp', 'passkey'] })
  readonly type: 'totp' | 'passkey';

  @ApiProperty({ example: 'Phone' })
  readonly name: string;

  @ApiProperty({ format: 'date-time' })
  readonly created: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  readonly last_used: string | null;
}

export class FactorsResponse {
  @ApiProperty({ type: [FactorResponse] })
  readonly factors: readonly FactorResponse[];

  @ApiProperty({ type: 'integer', minimum: 0, example: 10 })
  readonly recovery_codes_left: number;
}

export class NewTotpResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({
    description: 'Base32, for people who type it. Shown only now.',
    example: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  })
  readonly secret: string;

  @ApiProperty({ description: 'What an authenticator app reads: `otpauth://totp/…`.' })
  readonly uri: string;

  @ApiProperty({ description: 'A picture of `uri` for cameras: an SVG document.' })
  readonly qr_svg: string;
}

export class RecoveryCodesResponse {
  @ApiProperty({
    type: [String],
    description: 'Each is good once, in place of a factor. Shown only now.',
    example: ['MFRG-GZDF-MZTW-Q2LK'],
  })
  readonly recovery_codes: readonly string[];
}

export class AddedFactorResponse extends FactorResponse {
  @ApiProperty({
    type: [String],
    description: 'Ten with the first factor, none with a later one. Each is good once. Shown only now.',
    example: ['MFRG-GZDF-MZTW-Q2LK'],
  })
  readonly recovery_codes: readonly string[];
}

export function toFactorResponse(factor: Factor): FactorResponse {
  return {
    id: factor.id,
    type: factor.type,
    name: factor.name,
    created: factor.createdAt,
    last_used: factor.lastUsedAt,
  };
}

export function toNewTotpResponse({ id, secret, uri, qrSvg }: NewTotp): NewTotpResponse {
  return { id, secret, uri, qr_svg: qrSvg };
}

export function toAddedFactorResponse({ factor, recoveryCodes }: AddedFactor): AddedFactorResponse {
  return { ...toFactorResponse(factor), recovery_codes: recoveryCodes };
}
