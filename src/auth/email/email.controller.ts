import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentSession, type SessionActor } from '../../common/access/actor.js';
import { Public } from '../../common/access/public.js';
import { CurrentRequest, type RequestContext } from '../../common/access/request-context.js';
import { JsonBody } from '../../common/input/json-body.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { RequireConfirmation } from '../confirmation/require-confirmation.js';
import { ChangeEmailInput, ConfirmEmailInput } from './email.input.js';
import { EmailAddresses } from './email-addresses.service.js';

@ApiTags('Users')
@Controller('api')
export class EmailController {
  constructor(private readonly addresses: EmailAddresses) {}

  @Post('auth/email-verification')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Ask for a link that verifies your e-mail address',
    description:
      'Nothing is sent when the address is verified. An address gets at most five mails an hour, and an account asks for at most twenty.',
  })
  @ApiAcceptedResponse()
  @ApiRefusals('mail_unavailable', 'rate_limited', 'writes')
  async requestVerification(@CurrentSession() actor: SessionActor): Promise<void> {
    await this.addresses.requestVerification(actor);
  }

  @Public()
  @Post('auth/email-verification/confirm')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Confirm an e-mail address with a mailed link',
    description: 'The address of the account, or a new one for it. The token is good once, for a day.',
  })
  @ApiNoContentResponse()
  @ApiRefusals('invalid_token', 'email_taken', 'writes')
  async confirm(
    @CurrentRequest() request: RequestContext,
    @JsonBody() input: ConfirmEmailInput,
  ): Promise<void> {
    await this.addresses.confirm(request, input.token);
  }

  @Post('users/me/email')
  @HttpCode(202)
  @RequireConfirmation()
  @ApiOperation({
    summary: 'Change the e-mail address',
    description:
      'A link goes to the new address, and the change takes effect when it is opened. The earlier address is then told. An account asks for at most twenty mails an hour.',
  })
  @ApiAcceptedResponse()
  @ApiRefusals('mail_unavailable', 'rate_limited', 'writes')
  async requestChange(
    @CurrentSession() actor: SessionActor,
    @JsonBody() input: ChangeEmailInput,
  ): Promise<void> {
    await this.addresses.requestChange(actor, input.email);
  }
}
