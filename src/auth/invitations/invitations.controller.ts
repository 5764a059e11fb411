import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CurrentSession, type SessionActor } from '../../common/access/actor.js';
import { RequireRole } from '../../common/access/require-role.js';
import { ApiId } from '../../common/input/api-id.js';
import { JsonBody } from '../../common/input/json-body.js';
import { PageQuery } from '../../common/paging/page-query.js';
import { ApiPageResponse, sendPage } from '../../common/paging/page-response.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { AppConfig } from '../../config/app-config.js';
import { CreateInvitationInput } from './create-invitation.input.js';
import {
  InvitationResponse,
  NewInvitationResponse,
  toInvitationResponse,
  toNewInvitationResponse,
} from './invitation.response.js';
import { NewInvitations } from './new-invitations.js';
import { OpenInvitations } from './open-invitations.js';

@ApiTags('Admin')
@RequireRole('admin')
@Controller('api/admin/invitations')
export class InvitationsController {
  constructor(
    private readonly newInvitations: NewInvitations,
    private readonly invitations: OpenInvitations,
    private readonly config: AppConfig,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Invite somebody to register',
    description:
      'Hand over `url`, or `token` for the member `invitation` of the registration: no mail is sent. Both are shown only in ' +
      'this answer. An invitation is good once, for seven days, and only while its maker is an admin. At most 1000 are open. ' +
      'With `email` only that address can register with it; it does not count as verified. ' +
      'With `REGISTRATION=closed` an invitation opens nothing.',
  })
  @ApiCreatedResponse({ type: NewInvitationResponse })
  @ApiRefusals('too_many_invitations', 'writes')
  async create(
    @CurrentSession() actor: SessionActor,
    @JsonBody() input: CreateInvitationInput,
  ): Promise<NewInvitationResponse> {
    return toNewInvitationResponse(
      await this.newInvitations.create(actor, input),
      this.config.http.publicUrl,
    );
  }

  @Get()
  @ApiOperation({
    summary: 'Invitations that can still be used, newest first',
    description: 'Those of all admins.',
  })
  @ApiPageResponse(InvitationResponse)
  async list(
    @Query() query: PageQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<InvitationResponse[]> {
    return sendPage(request, response, await this.invitations.list(query), toInvitationResponse);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke an invitation' })
  @ApiId()
  @ApiNoContentResponse()
  @ApiRefusals('invitation_not_found', 'writes')
  async revoke(@CurrentSession() actor: SessionActor, @Param('id') id: string): Promise<void> {
    await this.invitations.revoke(actor, id);
  }
}
