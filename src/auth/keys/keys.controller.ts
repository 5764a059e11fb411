import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CurrentSession, type SessionActor } from '../../common/access/actor.js';
import { ApiId } from '../../common/input/api-id.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { JsonBody } from '../../common/input/json-body.js';
import { PageQuery } from '../../common/paging/page-query.js';
import { ApiPageResponse, sendPage } from '../../common/paging/page-response.js';
import { RequireConfirmation } from '../confirmation/require-confirmation.js';
import { ApiKeysService } from './api-keys.service.js';
import { CreateKeyInput } from './create-key.input.js';
import { KeyResponse, NewKeyResponse, toKeyResponse, toNewKeyResponse } from './key.response.js';

@ApiTags('API keys')
@Controller('api/auth/keys')
export class KeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Post()
  @RequireConfirmation()
  @ApiOperation({
    summary: 'Make a key for a program',
    description:
      'The key is shown only in this answer. With a `public_key` there is none: the requests are signed (RFC 9421). A user has at most 100 keys.',
  })
  @ApiCreatedResponse({ type: NewKeyResponse })
  @ApiRefusals('too_many_keys', 'writes')
  async create(
    @CurrentSession() actor: SessionActor,
    @JsonBody() input: CreateKeyInput,
  ): Promise<NewKeyResponse> {
    return toNewKeyResponse(await this.keys.create(actor, input));
  }

  @Get()
  @ApiOperation({ summary: 'Your keys, newest first' })
  @ApiPageResponse(KeyResponse)
  async list(
    @CurrentSession() actor: SessionActor,
    @Query() query: PageQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<KeyResponse[]> {
    return sendPage(request, response, await this.keys.list(actor, query), toKeyResponse);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a key' })
  @ApiId()
  @ApiNoContentResponse()
  @ApiRefusals('key_not_found', 'writes')
  async revoke(@CurrentSession() actor: SessionActor, @Param('id') id: string): Promise<void> {
    await this.keys.revoke(actor, id);
  }
}
