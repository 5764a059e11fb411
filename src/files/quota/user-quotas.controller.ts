import { Controller, HttpCode, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentSession, type SessionActor } from '../../common/access/actor.js';
import { RequireRole } from '../../common/access/require-role.js';
import { ApiId } from '../../common/input/api-id.js';
import { JsonBody } from '../../common/input/json-body.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { StorageResponse } from '../../users/storage.response.js';
import { SetQuotaInput } from './set-quota.input.js';
import { UsageLookup } from './usage-lookup.js';
import { UserQuotas } from './user-quotas.js';

@ApiTags('Admin')
@RequireRole('admin')
@Controller('api/admin/users')
export class UserQuotasController {
  constructor(
    private readonly quotas: UserQuotas,
    private readonly usages: UsageLookup,
  ) {}

  @Put(':id/quota')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Set the quota of a user',
    description:
      'It applies to the next upload. When the user keeps more already, nothing is removed, and further uploads are refused with ' +
      '`quota_exceeded`.',
  })
  @ApiId()
  @ApiOkResponse({ type: StorageResponse })
  @ApiRefusals('user_not_found', 'writes')
  async set(
    @CurrentSession() actor: SessionActor,
    @Param('id') id: string,
    @JsonBody() { bytes }: SetQuotaInput,
  ): Promise<StorageResponse> {
    return this.usages.of(await this.quotas.set(actor, id, bytes));
  }
}
