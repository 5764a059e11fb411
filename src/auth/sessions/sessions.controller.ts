import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CurrentSession, type SessionActor } from '../../common/access/actor.js';
import { ApiId } from '../../common/input/api-id.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { JsonBody } from '../../common/input/json-body.js';
import { PageQuery } from '../../common/paging/page-query.js';
import { ApiPageResponse, sendPage } from '../../common/paging/page-response.js';
import { Public } from '../../common/access/public.js';
import { CurrentRequest, type RequestContext } from '../../common/access/request-context.js';
import {
  RefreshCookieEnds,
  RefreshTokenFromCookie,
  RefreshTokenToCookie,
} from './console-session.interceptors.js';
import { SignInResponse, toSignInResponse } from './sign-in.response.js';
import { OwnSessions } from './own-sessions.js';
import { RefreshInput } from './refresh.input.js';
import { SessionRefresh } from './session-refresh.js';
import { SessionResponse, toSessionResponse } from './session.response.js';

@ApiTags('Sessions')
@Controller('api/auth')
export class SessionsController {
  constructor(
    private readonly sessions: OwnSessions,
    private readonly sessionRefresh: SessionRefresh,
  ) {}

  @Public()
  @Post('refresh')
  @UseInterceptors(RefreshTokenFromCookie, RefreshTokenToCookie)
  @HttpCode(200)
  @ApiOperation({
    summary: 'Exchange the refresh token for a new pair',
    description: 'A token that was used more than 10 s ago ends its session.',
  })
  @ApiOkResponse({ type: SignInResponse })
  @ApiRefusals('unauthorized', 'writes')
  async refresh(
    @CurrentRequest() request: RequestContext,
    @JsonBody() input: RefreshInput,
  ): Promise<SignInResponse> {
    return toSignInResponse(await this.sessionRefresh.refresh(request, input.refresh_token));
  }

  @Post('logout')
  @UseInterceptors(RefreshCookieEnds)
  @HttpCode(204)
  @ApiOperation({ summary: 'End this session' })
  @ApiNoContentResponse()
  @ApiRefusals('writes')
  async signOut(@CurrentSession() actor: SessionActor): Promise<void> {
    await this.sessions.signOut(actor);
  }

  @Get('sessions')
  @ApiOperation({
    summary: 'Your sessions, newest first',
    description: 'At most 100. One more sign-in ends the least recently used session.',
  })
  @ApiPageResponse(SessionResponse)
  async list(
    @CurrentSession() actor: SessionActor,
    @Query() query: PageQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionResponse[]> {
    const page = await this.sessions.list(actor, query);
    return sendPage(request, response, page, (session) => toSessionResponse(session, actor.sessionId));
  }

  @Delete('sessions')
  @HttpCode(204)
  @ApiOperation({ summary: 'End every other session' })
  @ApiNoContentResponse()
  @ApiRefusals('writes')
  async endOthers(@CurrentSession() actor: SessionActor): Promise<void> {
    await this.sessions.endOthers(actor);
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'End a session' })
  @ApiId()
  @ApiNoContentResponse()
  @ApiRefusals('session_not_found', 'writes')
  async end(@CurrentSession() actor: SessionActor, @Param('id') id: string): Promise<void> {
    await this.sessions.endOne(actor, id);
  }
}
