import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Actor, CurrentActor } from '../common/actor.js';
import { ApiRefusals } from '../common/api-refusals.js';
import { LINK_HEADER, sendPage } from '../common/page-response.js';
import { RequireScope } from '../common/scopes.js';
import { AuditEntryResponse, toAuditEntryResponse } from './audit-entry.response.js';
import { AuditQueryInput } from './audit-query.input.js';
import { AuditTrail } from './audit-trail.js';

@ApiTags('Audit')
@ApiBearerAuth()
@Controller('api/audit')
export class AuditController {
  constructor(private readonly trail: AuditTrail) {}

  @Get('logs')
  @RequireScope('audit:read')
  @ApiOperation({ summary: 'The audit trail, newest first' })
  @ApiOkResponse({ type: [AuditEntryResponse], headers: LINK_HEADER })
  @ApiRefusals(
    'rate_limited',
    'validation_failed',
    'invalid_cursor',
    'unauthorized',
    'forbidden',
    'insufficient_scope',
    'database_unavailable',
    'audit_unavailable',
  )
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: AuditQueryInput,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AuditEntryResponse[]> {
    return sendPage(request, response, await this.trail.list(actor, query), toAuditEntryResponse);
  }
}
