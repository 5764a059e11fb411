import { Controller, Delete, Get, HttpCode, Param, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Actor, CurrentActor } from '../../common/access/actor.js';
import { RequireScope } from '../../common/access/scopes.js';
import { ApiId } from '../../common/input/api-id.js';
import { PageQuery } from '../../common/paging/page-query.js';
import { ApiPageResponse, sendPage } from '../../common/paging/page-response.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { OwnShares } from './own-shares.js';
import { ShareResponse, toShareResponse } from './share.response.js';

@ApiTags('Shares')
@Controller('api/shares')
export class SharesController {
  constructor(private readonly shares: OwnShares) {}

  @Get()
  @RequireScope('files:read')
  @ApiOperation({
    summary: 'Your links, newest first',
    description:
      'Those to files in the trash are listed too: they open nothing until the file is restored. Links that have ended are ' +
      'listed until their room is needed.',
  })
  @ApiPageResponse(ShareResponse)
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: PageQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ShareResponse[]> {
    return sendPage(request, response, await this.shares.list(actor, query), toShareResponse);
  }

  @Delete(':id')
  @RequireScope('files:write')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Revoke a link',
    description: 'It opens nothing from now on, and its grants end.',
  })
  @ApiId()
  @ApiNoContentResponse()
  @ApiRefusals('share_not_found', 'writes')
  async revoke(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<void> {
    await this.shares.revoke(actor, id);
  }
}
