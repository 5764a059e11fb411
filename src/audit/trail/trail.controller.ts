import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Actor, CurrentActor } from '../../common/access/actor.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { ApiPageResponse, sendPage } from '../../common/paging/page-response.js';
import { RequireScope } from '../../common/access/scopes.js';
import { AuditEntryResponse, toAuditEntryResponse } from './trail-entry.response.js';
import { AuditQueryInput } from './audit-query.input.js';
import { AuditTrail } from './audit-trail.js';

@ApiTags('Audit')
@Controller('api/audit')
export class TrailController {
  constructor(private readonly trail: AuditTrail) {}

  @Get('logs')
  @RequireScope('audit:read')
  @ApiOperation({ summary: 'The audit trail, newest first' })
  @ApiPageResponse(AuditEntryResponse)
  @ApiRefusals('forbidden', 'audit_unavailable')
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: AuditQueryInput,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AuditEntryResponse[]> {
    return sendPage(request, response, await this.trail.list(actor, query), toAuditEntryResponse);
  }
}
