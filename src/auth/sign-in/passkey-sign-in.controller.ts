import { Controller, HttpCode, Post, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../common/access/public.js';
import { CurrentRequest, type RequestContext } from '../../common/access/request-context.js';
import { JsonBody } from '../../common/input/json-body.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { RequestOptionsResponse } from '../factors/passkeys/passkey-options.response.js';
import { PasskeyRequests } from '../factors/passkeys/passkey-requests.js';
import { RefreshTokenToCookie } from '../sessions/console-session.interceptors.js';
import { SignInResponse, toSignInResponse } from '../sessions/sign-in.response.js';
import { PasskeySignInInput } from './passkey-sign-in.input.js';
import { PasskeySignInService } from './passkey-sign-in.service.js';

@ApiTags('Users')
@Controller('api/users/login/passkey')
export class PasskeySignInController {
  constructor(
    private readonly requests: PasskeyRequests,
    private readonly signIns: PasskeySignInService,
  ) {}

  @Public()
  @Post('options')
  @HttpCode(200)
  @ApiOperation({ summary: 'What a browser needs to sign in with a passkey' })
  @ApiOkResponse({ type: RequestOptionsResponse })
  @ApiRefusals('passkeys_unavailable')
  async options(): Promise<RequestOptionsResponse> {
    return this.requests.forSignIn();
  }

  @Public()
  @Post()
  @UseInterceptors(RefreshTokenToCookie)
  @HttpCode(200)
  @ApiOperation({
    summary: 'Sign in with a passkey, without a password',
    description: 'A wrong one counts as a failed sign-in.',
  })
  @ApiOkResponse({ type: SignInResponse })
  @ApiRefusals(
    'invalid_challenge',
    'invalid_code',
    'passkeys_unavailable',
    'too_many_attempts',
    'busy',
    'writes',
  )
  async signIn(
    @CurrentRequest() request: RequestContext,
    @JsonBody() input: PasskeySignInInput,
  ): Promise<SignInResponse> {
    return toSignInResponse(await this.signIns.signIn(request, input));
  }
}
