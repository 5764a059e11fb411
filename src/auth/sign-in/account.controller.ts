import { Controller, Delete, HttpCode, Post, UseInterceptors } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import { CurrentSession, type SessionActor } from '../../common/access/actor.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { JsonBody } from '../../common/input/json-body.js';
import { Public } from '../../common/access/public.js';
import { CurrentRequest, type RequestContext } from '../../common/access/request-context.js';
import { RequireConfirmation } from '../confirmation/require-confirmation.js';
import { AccountService } from './account.service.js';
import { RegistrationService } from './registration.service.js';
import { SecondFactorInput, toFactorProof } from './second-factor.input.js';
import { SecondFactorProblem } from './second-factor.problem.js';
import { SecondFactorService } from './second-factor.service.js';
import { ChangePasswordInput, DeleteAccountInput, RegisterInput, SignInInput } from './credentials.input.js';
import { RefreshCookieEnds, RefreshTokenToCookie } from '../sessions/console-session.interceptors.js';
import { SignInResponse, toSignInResponse } from '../sessions/sign-in.response.js';
import { SignInService } from './sign-in.service.js';

@ApiTags('Users')
@Controller('api/users')
export class AccountController {
  constructor(
    private readonly registrations: RegistrationService,
    private readonly signIns: SignInService,
    private readonly secondFactor: SecondFactorService,
    private readonly accounts: AccountService,
  ) {}

  @Public()
  @Post('register')
  @UseInterceptors(RefreshTokenToCookie)
  @ApiOperation({
    summary: 'Make an account and sign in',
    description:
      'With `REGISTRATION=invite` an `invitation` is needed; otherwise it may be sent. It gives the account the role that its ' +
      'maker chose. With `REGISTRATION=closed` nobody can register.',
  })
  @ApiCreatedResponse({ type: SignInResponse })
  @ApiRefusals('registration_closed', 'invalid_token', 'email_taken', 'busy', 'writes')
  async register(
    @CurrentRequest() request: RequestContext,
    @JsonBody() input: RegisterInput,
  ): Promise<SignInResponse> {
    return toSignInResponse(await this.registrations.register(request, input));
  }

  @Public()
  @Post('login')
  @UseInterceptors(RefreshTokenToCookie)
  @HttpCode(200)
  @ApiOperation({
    summary: 'Sign in',
    description:
      'An account with a second factor answers 401 `second_factor_required`, with a `challenge` for ' +
      '`/api/users/login/second-factor`. A program may send `code` beside the password instead.',
  })
  @ApiOkResponse({ type: SignInResponse })
  @ApiUnauthorizedResponse({ type: SecondFactorProblem })
  @ApiRefusals(
    'invalid_credentials',
    'second_factor_required',
    'invalid_code',
    'factor_unavailable',
    'account_disabled',
    'too_many_attempts',
    'busy',
    'writes',
  )
  async signIn(
    @CurrentRequest() request: RequestContext,
    @JsonBody() input: SignInInput,
  ): Promise<SignInResponse> {
    return toSignInResponse(await this.signIns.signIn(request, input.email, input.password, input.code));
  }

  @Public()
  @Post('login/second-factor')
  @UseInterceptors(RefreshTokenToCookie)
  @HttpCode(200)
  @ApiOperation({
    summary: 'Finish a sign-in with a second factor',
    description: 'Send `code`, `recovery_code` or `credential`. A wrong one counts as a failed sign-in.',
  })
  @ApiOkResponse({ type: SignInResponse })
  @ApiRefusals(
    'invalid_challenge',
    'invalid_code',
    'factor_unavailable',
    'passkeys_unavailable',
    'too_many_attempts',
    'busy',
    'writes',
  )
  async answerSecondFactor(
    @CurrentRequest() request: RequestContext,
    @JsonBody() input: SecondFactorInput,
  ): Promise<SignInResponse> {
    const proof = toFactorProof(input);
    return toSignInResponse(await this.secondFactor.answer(request, input.challenge, proof));
  }

  @Post('me/password')
  @HttpCode(204)
  @RequireConfirmation({ of: 'accounts with a factor' })
  @ApiOperation({
    summary: 'Change the password; every other session ends',
    description: 'A wrong `current_password` counts as a failed sign-in.',
  })
  @ApiNoContentResponse()
  @ApiRefusals('wrong_password', 'too_many_attempts', 'busy', 'writes')
  async changePassword(
    @CurrentSession() actor: SessionActor,
    @JsonBody() input: ChangePasswordInput,
  ): Promise<void> {
    await this.accounts.changePassword(actor, input.current_password, input.new_password);
  }

  @Delete('me')
  @UseInterceptors(RefreshCookieEnds)
  @HttpCode(204)
  @RequireConfirmation({ of: 'accounts with a factor' })
  @ApiOperation({
    summary: 'Delete the account, its files and its personal values',
    description: 'A wrong password counts as a failed sign-in.',
  })
  @ApiNoContentResponse()
  @ApiRefusals('wrong_password', 'too_many_attempts', 'last_admin', 'busy', 'writes')
  async delete(@CurrentSession() actor: SessionActor, @JsonBody() input: DeleteAccountInput): Promise<void> {
    await this.accounts.delete(actor, input.password);
  }
}
