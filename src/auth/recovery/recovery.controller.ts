import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../common/access/public.js';
import { CurrentRequest, type RequestContext } from '../../common/access/request-context.js';
import { JsonBody } from '../../common/input/json-body.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { PasswordResets } from './password-resets.service.js';
import { ResetLinks } from './reset-links.js';
import { ConfirmResetInput, RequestResetInput } from './reset.input.js';

@ApiTags('Users')
@Controller('api/auth/password-reset')
export class RecoveryController {
  constructor(
    private readonly links: ResetLinks,
    private readonly resets: PasswordResets,
  ) {}

  @Public()
  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Ask for a link to choose a new password',
    description:
      'The answer is the same whether or not an account has the address. An address gets at most five mails an hour.',
  })
  @ApiAcceptedResponse()
  @ApiRefusals('mail_unavailable', 'rate_limited', 'writes')
  async request(
    @CurrentRequest() request: RequestContext,
    @JsonBody() input: RequestResetInput,
  ): Promise<void> {
    await this.links.mail(request, input.email);
  }

  @Public()
  @Post('confirm')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Choose a new password with a mailed link; every session ends',
    description: 'The token is good once, for an hour. A second factor stays.',
  })
  @ApiNoContentResponse()
  @ApiRefusals('invalid_token', 'busy', 'writes')
  async confirm(
    @CurrentRequest() request: RequestContext,
    @JsonBody() input: ConfirmResetInput,
  ): Promise<void> {
    await this.resets.confirm(request, input.token, input.password);
  }
}
