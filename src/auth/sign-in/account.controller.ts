import { Controller, Delete, HttpCode, Post } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentSession, type SessionActor } from '../../common/access/actor.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { JsonBody } from '../../common/input/json-body.js';
import { Public } from '../../common/access/public.js';
import { CurrentRequest, type RequestContext } from '../../common/access/request-context.js';
import { AccountService } from './account.service.js';
import { ChangePasswordInput, DeleteAccountInput, RegisterInput, SignInInput } from './credentials.input.js';
import { SignInResponse, toSignInResponse } from '../sessions/sign-in.response.js';
import { SignInService } from './sign-in.service.js';

@ApiTags('Users')
@Controller('api/users')
export class AuthController {
  constructor(
    private readonly signIns: SignInService,
    private readonly accounts: AccountService,
  ) {}

  @Public()
  @Post('register')
  @ApiOperation({ summary: 'Make an account and sign in' })
  @ApiCreatedResponse({ type: SignInResponse })
  @ApiRefusals('email_taken', 'busy', 'writes')
  async register(
    @CurrentRequest() request: RequestContext,
    @JsonBody() input: RegisterInput,
  ): Promise<SignInResponse> {
    return toSignInResponse(await this.signIns.register(request, input.email, input.password));
  }

  @Public()
  @Post('login')
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign in' })
  @ApiOkResponse({ type: SignInResponse })
  @ApiRefusals('invalid_credentials', 'account_disabled', 'too_many_attempts', 'busy', 'writes')
  async signIn(
    @CurrentRequest() request: RequestContext,
    @JsonBody() input: SignInInput,
  ): Promise<SignInResponse> {
    return toSignInResponse(await this.signIns.signIn(request, input.email, input.password));
  }

  @Post('me/password')
  @HttpCode(204)
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
  @HttpCode(204)
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
