import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Actor, CurrentActor } from '../../common/access/actor.js';
import { RequireScope } from '../../common/access/scopes.js';
import { ApiId } from '../../common/input/api-id.js';
import { JsonBody } from '../../common/input/json-body.js';
import { PageQuery } from '../../common/paging/page-query.js';
import { ApiPageResponse, sendPage } from '../../common/paging/page-response.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { AppConfig } from '../../config/app-config.js';
import { CreateShareInput } from './create-share.input.js';
import { NewShares } from './new-shares.js';
import { OwnShares } from './own-shares.js';
import { NewShareResponse, ShareResponse, toNewShareResponse, toShareResponse } from './share.response.js';

@ApiTags('Shares')
@Controller('api/files/:id/shares')
export class FileSharesController {
  constructor(
    private readonly newShares: NewShares,
    private readonly ownShares: OwnShares,
    private readonly config: AppConfig,
  ) {}

  @Post()
  @RequireScope('files:write')
  @ApiOperation({
    summary: 'Share a file by a link',
    description:
      'Whoever has the link can download the file, without an account. `url` and `token` are shown only in this answer. A file ' +
      'has at most 100 living links, a user 1000. A link lives until it has expired or is used up and its last grant is over.',
  })
  @ApiId()
  @ApiCreatedResponse({ type: NewShareResponse })
  @ApiRefusals('file_not_found', 'too_many_shares', 'busy', 'writes')
  async create(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @JsonBody() input: CreateShareInput,
  ): Promise<NewShareResponse> {
    return toNewShareResponse(await this.newShares.create(actor, id, input), this.config.http.publicUrl);
  }

  @Get()
  @RequireScope('files:read')
  @ApiOperation({ summary: 'The links to a file, newest first' })
  @ApiId()
  @ApiPageResponse(ShareResponse)
  @ApiRefusals('file_not_found')
  async list(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Query() query: PageQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ShareResponse[]> {
    return sendPage(request, response, await this.ownShares.listOf(actor, id, query), toShareResponse);
  }
}
