import { Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentSession, type SessionActor } from '../../common/access/actor.js';
import { ApiId } from '../../common/input/api-id.js';
import { JsonBody } from '../../common/input/json-body.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { RequireConfirmation } from '../confirmation/require-confirmation.js';
import {
  FactorsResponse,
  NewTotpResponse,
  RecoveryCodesResponse,
  toFactorResponse,
  toNewTotpResponse,
} from './factor.response.js';
import { Factors } from '../factors/factors.js';
import { RecoveryCodes } from '../factors/recovery-codes/recovery-codes.js';
import { TotpEnrolment } from './totp-enrolment.js';
import { AddTotpInput, ConfirmTotpInput } from './totp.input.js';

@ApiTags('Second factors')
@Controller('api/auth')
export class FactorsController {
  constructor(
    private readonly factors: Factors,
    private readonly codes: RecoveryCodes,
    private readonly totp: TotpEnrolment,
  ) {}

  @Get('factors')
  @ApiOperation({ summary: 'Your second factors' })
  @ApiOkResponse({ type: FactorsResponse })
  async list(@CurrentSession() actor: SessionActor): Promise<FactorsResponse> {
    const factors = await this.factors.list(actor.userId);
    return {
      factors: factors.map(toFactorResponse),
      recovery_codes_left: await this.codes.left(actor.userId),
    };
  }

  @Post('factors/totp')
  @RequireConfirmation()
  @ApiOperation({
    summary: 'Add an authenticator app',
    description: 'It counts once it is confirmed, within ten minutes. A user has at most 10 factors.',
  })
  @ApiCreatedResponse({ type: NewTotpResponse })
  @ApiRefusals('too_many_factors', 'writes')
  async addTotp(
    @CurrentSession() actor: SessionActor,
    @JsonBody() input: AddTotpInput,
  ): Promise<NewTotpResponse> {
    return toNewTotpResponse(await this.totp.begin(actor, input.name));
  }

  @Post('factors/totp/:id/confirm')
  @HttpCode(200)
  @RequireConfirmation()
  @ApiOperation({
    summary: 'Confirm an authenticator app with a code of it',
    description:
      'From now on a password alone does not sign in. The code is used up. With the first factor, ten recovery codes ' +
      'are returned.',
  })
  @ApiId()
  @ApiOkResponse({ type: RecoveryCodesResponse })
  @ApiRefusals(
    'factor_not_found',
    'invalid_code',
    'factor_unavailable',
    'too_many_attempts',
    'busy',
    'writes',
  )
  async confirmTotp(
    @CurrentSession() actor: SessionActor,
    @Param('id') id: string,
    @JsonBody() input: ConfirmTotpInput,
  ): Promise<RecoveryCodesResponse> {
    return { recovery_codes: await this.totp.confirm(actor, id, input.code) };
  }

  @Delete('factors/:id')
  @HttpCode(204)
  @RequireConfirmation()
  @ApiOperation({ summary: 'Remove a second factor; with the last one, the recovery codes end' })
  @ApiId()
  @ApiNoContentResponse()
  @ApiRefusals('factor_not_found', 'writes')
  async remove(@CurrentSession() actor: SessionActor, @Param('id') id: string): Promise<void> {
    await this.factors.remove(actor, id);
  }

  @Post('recovery-codes')
  @HttpCode(200)
  @RequireConfirmation()
  @ApiOperation({ summary: 'Ten new recovery codes; the old ones end' })
  @ApiOkResponse({ type: RecoveryCodesResponse })
  @ApiRefusals('no_factor', 'writes')
  async renewCodes(@CurrentSession() actor: SessionActor): Promise<RecoveryCodesResponse> {
    return { recovery_codes: await this.factors.renewCodes(actor) };
  }
}
