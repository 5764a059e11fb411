import { ApiProperty } from '@nestjs/swagger';
import type { User } from '../../users/user.entity.js';
import { toUserResponse, UserResponse } from '../../users/user.response.js';

/** A user as shown to admins. */
export class ManagedUserResponse extends UserResponse {
  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When the user was disabled; null when enabled.',
  })
  readonly disabled: string | null;
}

export function toManagedUserResponse(user: User): ManagedUserResponse {
  return { ...toUserResponse(user), disabled: user.disabledAt };
}
