import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString } from 'class-validator';
import type { Role } from '../../common/access/roles.js';

/** The roles that are given and taken; `user` is everybody's. */
const GRANTABLE = ['auditor', 'admin'] as const satisfies readonly Role[];

export class RoleParam {
  @ApiProperty({ format: 'uuid' })
  @IsString()
  readonly id: string;

  @ApiProperty({ enum: GRANTABLE })
  @IsIn(GRANTABLE)
  readonly role: (typeof GRANTABLE)[number];
}
