import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type Actor, CurrentActor } from '../../common/access/actor.js';
import { ApiId } from '../../common/input/api-id.js';
import { ApiRefusals } from '../../common/refusals/api-refusals.js';
import { Public } from '../../common/access/public.js';
import { RequireScope } from '../../common/access/scopes.js';
import { ConsistencyQueryInput } from './consistency-query.input.js';
import { Cosignatures } from '../cosignatures/cosignatures.js';
import { LogProofs } from './log-proofs.js';
import { LogSigner } from '../log/log-signer.js';
import {
  ConsistencyProofResponse,
  InclusionProofResponse,
  LogKeyResponse,
  PendingProofResponse,
  sendInclusionProof,
  toConsistencyProofResponse,
  toLogKeyResponse,
} from './proof.response.js';

/**
 * Public statements of the log, for verifiers. They reveal the number of entries and nothing about their
 * content.
 */
@ApiTags('Audit')
@Controller('api/audit')
export class ProofsController {
  constructor(
    private readonly proofs: LogProofs,
    private readonly signer: LogSigner,
    private readonly cosignatures: Cosignatures,
  ) {}

  @Get('logs/:id/proof')
  @RequireScope('audit:read')
  @ApiOperation({ summary: 'Proof that an entry is in the log' })
  @ApiId()
  @ApiOkResponse({ type: InclusionProofResponse })
  @ApiAcceptedResponse({
    type: PendingProofResponse,
    description: 'No checkpoint has the entry after 2 s; try again.',
    headers: { 'Retry-After': { description: 'Seconds.', required: true, schema: { type: 'string' } } },
  })
  @ApiRefusals('entry_not_found', 'audit_unavailable', 'audit_inconsistent')
  async inclusion(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<InclusionProofResponse | PendingProofResponse> {
    return sendInclusionProof(response, await this.proofs.inclusion(actor, id));
  }

  @Public()
  @Get('checkpoint')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiOperation({
    summary: 'The newest signed checkpoint',
    description:
      'A signed note (C2SP tlog-checkpoint), with the cosignatures of outside witnesses once they have this one.',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  @ApiRefusals('database_unavailable', 'audit_unavailable', 'audit_inconsistent')
  async checkpoint(): Promise<string> {
    return this.cosignatures.noteOf(await this.proofs.latest());
  }

  @Public()
  @Get('consistency')
  @ApiOperation({ summary: 'Proof that the log has only grown' })
  @ApiOkResponse({ type: ConsistencyProofResponse })
  @ApiRefusals('database_unavailable', 'audit_unavailable', 'audit_inconsistent')
  async consistency(@Query() query: ConsistencyQueryInput): Promise<ConsistencyProofResponse> {
    return toConsistencyProofResponse(await this.proofs.consistency(query.from, query.to));
  }

  @Public()
  @Get('keys')
  @ApiOperation({ summary: 'The keys that sign the checkpoints' })
  @ApiOkResponse({ type: [LogKeyResponse] })
  keys(): LogKeyResponse[] {
    return [toLogKeyResponse(this.signer.verifier)];
  }
}
