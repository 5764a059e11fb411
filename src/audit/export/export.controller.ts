import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type Actor, CurrentActor } from '../../common/access/actor.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { RequireScope } from '../../common/access/scopes.js';
import { AuditExport } from './audit-export.js';
import { ExportQueryInput } from './export-query.input.js';

@ApiTags('Audit')
@Controller('api/audit/export')
export class ExportController {
  constructor(private readonly exports: AuditExport) {}

  @Get()
  @RequireScope('audit:read')
  @ApiOperation({
    summary: 'Export the trail',
    description:
      'NDJSON can be verified without this service (`npm run audit:verify`). The export has every entry acknowledged before the ' +
      'request. It waits for the sequencer, at most 2 s, and is refused after that. An export without its last line is incomplete.',
  })
  @ApiOkResponse({
    description: 'Streamed, in the order of `seq`, up to the newest checkpoint.',
    headers: {
      'Content-Disposition': {
        description: '`attachment` under a name with the size of the log (RFC 6266).',
        required: true,
        schema: { type: 'string' },
      },
      'Cache-Control': { description: '`private, no-store`', required: true, schema: { type: 'string' } },
    },
    content: {
      'application/x-ndjson': { schema: { type: 'string' } },
      'text/csv': { schema: { type: 'string' } },
    },
  })
  @ApiRefusals('forbidden', 'audit_unavailable', 'audit_inconsistent')
  async export(
    @CurrentActor() actor: Actor,
    @Query() query: ExportQueryInput,
    @Res() response: Response,
  ): Promise<void> {
    await this.exports.send(actor, query, response);
  }
}
