import { Controller, HttpCode, Post } from '@nestjs/common';
import {
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentSession, type SessionActor } from '../../common/access/actor.js';
import { JsonBody } from '../../common/input/json-body.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { RequestOptionsResponse } from '../factors/passkeys/passkey-options.response.js';
import { PasskeyRequests } from '../factors/passkeys/passkey-requests.js';
import { ConfirmInput, toConfirmationProof } from './confirm.input.js';
import { ConfirmationProblem } from './confirmation.problem.js';
import { Confirmations } from './confirmations.js';

@ApiTags('Sessions')
@Controller('api/auth/confirm')
export class ConfirmationController {
  constructor(
    private readonly confirmations: Confirmations,
    private readonly requests: PasskeyRequests,
  ) {}

  @Post()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Confirm this session for ten minutes',
    description:
      'Some routes answer 403 `confirmation_required` when the sign-in was more than ten minutes ago. ' +
      'Send `password`, and `code` too for an account with an authenticator app; or `challenge` and `credential` of a ' +
      'passkey. A wrong password, code or passkey counts as a failed sign-in.',
  })
  @ApiNoContentResponse()
  @ApiForbiddenResponse({ type: ConfirmationProblem })
  @ApiRefusals(
    'wrong_password',
    'confirmation_required',
    'invalid_code',
    'factor_unavailable',
    'invalid_challenge',
    'passkeys_unavailable',
    'too_many_attempts',
    'busy',
    'writes',
  )
  async confirm(@CurrentSession() actor: SessionActor, @JsonBody() input: ConfirmInput): Promise<void> {
    await this.confirmations.confirm(actor, toConfirmationProof(input));
  }

  @Post('options')
  @HttpCode(200)
  @ApiOperation({ summary: 'What a browser needs to confirm this session with a passkey' })
  @ApiOkResponse({ type: RequestOptionsResponse })
  @ApiRefusals('no_passkey', 'passkeys_unavailable')
  async options(@CurrentSession() actor: SessionActor): Promise<RequestOptionsResponse> {
    return this.requests.forConfirmation(actor.userId, actor.sessionId);
  }
}
