import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentSession, type SessionActor } from '../../common/access/actor.js';
import { JsonBody } from '../../common/input/json-body.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { RequireConfirmation } from '../confirmation/require-confirmation.js';
import { CreationOptionsResponse } from '../factors/passkeys/passkey-options.response.js';
import { AddedFactorResponse, toAddedFactorResponse } from './factor.response.js';
import { PasskeyEnrolment } from './passkey-enrolment.js';
import { AddPasskeyInput } from './passkey.input.js';

@ApiTags('Second factors')
@Controller('api/auth/factors/passkeys')
export class PasskeysController {
  constructor(private readonly passkeys: PasskeyEnrolment) {}

  @Post('options')
  @HttpCode(200)
  @RequireConfirmation()
  @ApiOperation({
    summary: 'What a browser needs to make a passkey',
    description:
      'Passkeys work on the host of `PUBLIC_URL` alone, and not on an IP address (409 `passkeys_unavailable`).',
  })
  @ApiOkResponse({ type: CreationOptionsResponse })
  @ApiRefusals('passkeys_unavailable', 'too_many_factors')
  async options(@CurrentSession() actor: SessionActor): Promise<CreationOptionsResponse> {
    return this.passkeys.begin(actor);
  }

  @Post()
  @RequireConfirmation()
  @ApiOperation({
    summary: 'Add a passkey',
    description:
      'It counts at once: from now on a password alone does not sign in, and the passkey does without a password. ' +
      'With the first factor, ten recovery codes are returned. The authenticator must verify its user.',
  })
  @ApiCreatedResponse({ type: AddedFactorResponse })
  @ApiRefusals(
    'invalid_challenge',
    'invalid_passkey',
    'passkey_taken',
    'passkeys_unavailable',
    'too_many_factors',
    'writes',
  )
  async add(
    @CurrentSession() actor: SessionActor,
    @JsonBody() input: AddPasskeyInput,
  ): Promise<AddedFactorResponse> {
    return toAddedFactorResponse(await this.passkeys.add(actor, input));
  }
}
