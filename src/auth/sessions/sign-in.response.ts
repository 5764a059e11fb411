import { ApiProperty } from '@nestjs/swagger';
import { toUserResponse, UserResponse } from '../../users/user.response.js';
import type { SignIn } from './session-issuer.js';

export class SignInResponse {
  @ApiProperty({ type: UserResponse })
  readonly user: UserResponse;

  @ApiProperty({ description: 'A JWT; send it as `Authorization: Bearer`.' })
  readonly token: string;

  @ApiProperty({ enum: ['Bearer'] })
  readonly token_type: 'Bearer';

  @ApiProperty({ type: 'integer', description: 'Seconds.', example: 86400 })
  readonly expires_in: number;

  @ApiProperty({
    description:
      'Exchange it at `/api/auth/refresh` when `token` expires. It can be used once, within 30 days.',
  })
  readonly refresh_token: string;
}

export function toSignInResponse(signIn: SignIn): SignInResponse {
  return {
    user: toUserResponse(signIn.user),
    token: signIn.token,
    token_type: 'Bearer',
    expires_in: signIn.expiresInSeconds,
    refresh_token: signIn.refreshToken,
  };
}
