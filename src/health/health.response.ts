import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Problem } from '../common/refusals/problem.js';

export class HealthResponse {
  @ApiProperty({ enum: ['healthy'] })
  readonly status: 'healthy';

  @ApiProperty({ format: 'date-time' })
  readonly timestamp: string;
}

/** The state of one part of the service. */
export class ReadyCheck {
  @ApiProperty({
    enum: [
      'process',
      'database',
      'storage',
      'migrations',
      'audit',
      'audit_intake',
      'audit_log',
      'audit_lag',
      'audit_witness',
      'free_space',
      'mail',
    ],
  })
  readonly name: string;

  @ApiProperty({
    enum: ['ok', 'degraded', 'failing'],
    description: 'A degraded part leaves the process ready, and so does `audit_witness` when it fails.',
  })
  readonly status: 'ok' | 'degraded' | 'failing';

  @ApiPropertyOptional({ description: 'What a degraded part cannot do.' })
  readonly detail?: string;
}

export class ReadyResponse {
  @ApiProperty({ enum: ['ready'] })
  readonly status: 'ready';

  @ApiProperty({ type: [ReadyCheck] })
  readonly checks: readonly ReadyCheck[];
}

/** A refusal with one line for each part. */
export class NotReadyProblem extends Problem {
  @ApiProperty({ type: [ReadyCheck] })
  readonly checks: readonly ReadyCheck[];
}
