import { ApiProperty } from '@nestjs/swagger';
import type { User } from './user.entity.js';

export class UserResponse {
  @ApiProperty({ format: 'uuid', example: '019ab1c2-7d3e-7a41-9c55-0d6f5f0c2b11' })
  readonly id: string;

  @ApiProperty({ format: 'idn-email', example: 'ada@example.org' })
  readonly email: string;

  @ApiProperty({
    description: 'Whether the owner of the account has shown that they read this address.',
    example: false,
  })
  readonly email_verified: boolean;

  @ApiProperty({ description: 'Whether the account has a second factor.', example: false })
  readonly second_factor: boolean;

  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' })
  readonly name: string | null;

  @ApiProperty({ isArray: true, enum: ['user', 'auditor', 'admin'], example: ['user'] })
  readonly roles: readonly string[];

  @ApiProperty({ format: 'date-time', example: '2026-11-24T10:00:00.000Z' })
  readonly created: string;
}

export function toUserResponse(user: User): UserResponse {
  return {
    id: user.id,
    email: user.email,
    email_verified: user.emailVerifiedAt !== null,
    second_factor: user.factors > 0,
    name: user.name,
    roles: user.roles,
    created: user.createdAt,
  };
}
