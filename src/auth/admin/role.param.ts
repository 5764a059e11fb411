import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString } from 'class-validator';
import { GRANTABLE_ROLES, type GrantableRole } from '../../common/access/roles.js';

export class RoleParam {
  @ApiProperty({ format: 'uuid' })
  @IsString()
  readonly id: string;

  @ApiProperty({ enum: GRANTABLE_ROLES })
  @IsIn(GRANTABLE_ROLES)
  readonly role: GrantableRole;
}
