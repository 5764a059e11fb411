import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Public } from '../../common/access/public.js';
import { CurrentRequest, type RequestContext } from '../../common/access/request-context.js';
import { JsonBody } from '../../common/input/json-body.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { AppConfig } from '../../config/app-config.js';
import { ApiDownload } from '../../files/downloads/api-download.js';
import { sendDownload } from '../../files/downloads/send-download.js';
import { GrantedDownloads } from './granted-downloads.js';
import { GrantResponse, toGrantResponse } from './grant.response.js';
import { Grants } from './grants.service.js';
import { OpenShareInput } from './open-share.input.js';

@ApiTags('Shares')
@Controller('api/public')
export class GrantsController {
  constructor(
    private readonly grants: Grants,
    private readonly downloads: GrantedDownloads,
    private readonly config: AppConfig,
  ) {}

  @Post('shares/:token/grants')
  @Public()
  @ApiOperation({
    summary: 'Open a link: get a grant for one download',
    description:
      'This counts as one download of the link. The grant is for what the file has now, for one hour; ranges and repeats are ' +
      'free. An unknown, revoked, expired or used up link, and one to a deleted file, are answered alike.',
  })
  @ApiParam({ name: 'token', description: 'From the link.', schema: { type: 'string' } })
  @ApiCreatedResponse({ type: GrantResponse })
  @ApiRefusals(
    'share_not_found',
    'share_password_required',
    'wrong_share_password',
    'too_many_attempts',
    'busy',
    'writes',
  )
  async open(
    @CurrentRequest() request: RequestContext,
    @Param('token') token: string,
    @JsonBody() input: OpenShareInput,
  ): Promise<GrantResponse> {
    return toGrantResponse(
      await this.grants.open(request, token, input.password),
      this.config.http.publicUrl,
    );
  }

  @Get('grants/:grant')
  @Public()
  @ApiParam({ name: 'grant', description: 'From the `url` of a grant.', schema: { type: 'string' } })
  @ApiDownload('Download what a link has granted', 'grant_not_found')
  @ApiRefusals('database_unavailable')
  async download(
    @CurrentRequest() context: RequestContext,
    @Param('grant') grant: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await sendDownload(response, await this.downloads.open(context, grant, request));
  }
}
