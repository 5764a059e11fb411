import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { ApiRefusals } from '../common/refusals/api-refusals.js';
import { ForProbes } from '../common/access/public.js';
import { now } from '../common/time.js';
import { HealthResponse, NotReadyProblem, ReadyResponse } from './health.response.js';
import { Readiness } from './readiness.js';

@ApiTags('Operations')
@ForProbes()
@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** A plain request does not get here: `http/server/liveness` answers it, and says why. */
  @Get('health')
  @ApiOperation({ summary: 'Is the process alive?', description: 'Uses no other part.' })
  @ApiOkResponse({ type: HealthResponse })
  health(): HealthResponse {
    return { status: 'healthy', timestamp: now() };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Should the process get requests?' })
  @ApiOkResponse({ type: ReadyResponse })
  @ApiServiceUnavailableResponse({ type: NotReadyProblem })
  @ApiRefusals('not_ready')
  async ready(): Promise<ReadyResponse> {
    return { status: 'ready', checks: await this.readiness.require() };
  }
}
