import { Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CurrentSession, type SessionActor } from '../../common/access/actor.js';
import { ApiId } from '../../common/input/api-id.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { ApiPageResponse, sendPage } from '../../common/paging/page-response.js';
import { RequireRole } from '../../common/access/require-role.js';
import { ListUsersQuery } from './list-users.query.js';
import { ListedUserResponse, toListedUserResponse } from './listed-user.response.js';
import { ManagedUserResponse, toManagedUserResponse } from './managed-user.response.js';
import { RoleParam } from './role.param.js';
import { UserAdmin } from './user-admin.js';
import { UserList } from './user-list.js';

@ApiTags('Admin')
@RequireRole('admin')
@Controller('api/admin/users')
export class AdminController {
  constructor(
    private readonly admin: UserAdmin,
    private readonly users: UserList,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Users, newest first' })
  @ApiPageResponse(ListedUserResponse)
  @ApiRefusals('audit_unavailable')
  async list(
    @CurrentSession() actor: SessionActor,
    @Query() query: ListUsersQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ListedUserResponse[]> {
    return sendPage(request, response, await this.users.read(actor, query), toListedUserResponse);
  }

  @Post(':id/disable')
  @HttpCode(200)
  @ApiOperation({ summary: 'Disable a user', description: 'Their sessions end and their keys stop working.' })
  @ApiId()
  @ApiOkResponse({ type: ManagedUserResponse })
  @ApiRefusals('user_not_found', 'last_admin', 'writes')
  async disable(
    @CurrentSession() actor: SessionActor,
    @Param('id') id: string,
  ): Promise<ManagedUserResponse> {
    return toManagedUserResponse(await this.admin.disable(actor, id));
  }

  @Post(':id/enable')
  @HttpCode(200)
  @ApiOperation({ summary: 'Enable a user' })
  @ApiId()
  @ApiOkResponse({ type: ManagedUserResponse })
  @ApiRefusals('user_not_found', 'writes')
  async enable(@CurrentSession() actor: SessionActor, @Param('id') id: string): Promise<ManagedUserResponse> {
    return toManagedUserResponse(await this.admin.enable(actor, id));
  }

  @Delete(':id/sessions')
  @HttpCode(204)
  @ApiOperation({ summary: 'End every session of a user' })
  @ApiId()
  @ApiNoContentResponse()
  @ApiRefusals('user_not_found', 'writes')
  async endSessions(@CurrentSession() actor: SessionActor, @Param('id') id: string): Promise<void> {
    await this.admin.endSessions(actor, id);
  }

  @Put(':id/roles/:role')
  @HttpCode(200)
  @ApiOperation({ summary: 'Grant a role' })
  @ApiOkResponse({ type: ManagedUserResponse })
  @ApiRefusals('validation_failed', 'user_not_found', 'writes')
  async grant(
    @CurrentSession() actor: SessionActor,
    @Param() { id, role }: RoleParam,
  ): Promise<ManagedUserResponse> {
    return toManagedUserResponse(await this.admin.grantRole(actor, id, role));
  }

  @Delete(':id/roles/:role')
  @HttpCode(200)
  @ApiOperation({ summary: 'Revoke a role' })
  @ApiOkResponse({ type: ManagedUserResponse })
  @ApiRefusals('validation_failed', 'user_not_found', 'last_admin', 'writes')
  async revoke(
    @CurrentSession() actor: SessionActor,
    @Param() { id, role }: RoleParam,
  ): Promise<ManagedUserResponse> {
    return toManagedUserResponse(await this.admin.revokeRole(actor, id, role));
  }
}
