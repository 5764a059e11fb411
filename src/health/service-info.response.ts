import { ApiProperty } from '@nestjs/swagger';

export class ServiceInfoResponse {
  @ApiProperty({ description: 'Of this service.', example: '0.1.0' })
  readonly version: string;

  @ApiProperty({ description: 'Version of Node.js.', example: '24.11.0' })
  readonly node: string;

  @ApiProperty({ enum: ['sqlite', 'postgres'] })
  readonly database: 'sqlite' | 'postgres';

  @ApiProperty({ description: 'Version of the database.', example: '17.2' })
  readonly database_version: string;

  @ApiProperty({ enum: ['disk', 's3'], description: 'Where the bytes of files are.' })
  readonly storage: 'disk' | 's3';

  @ApiProperty({ description: 'Whether what is kept is encrypted at rest.' })
  readonly encrypted: boolean;

  @ApiProperty({ description: 'Whether the service sends mails.' })
  readonly mail: boolean;

  @ApiProperty({ enum: ['open', 'invite', 'closed'], description: 'Who may register.' })
  readonly registration: 'open' | 'invite' | 'closed';

  @ApiProperty({ description: 'The process that answers: its host and port.', example: 'files-1:8080' })
  readonly instance: string;

  @ApiProperty({ format: 'date-time', description: 'When that process started.' })
  readonly started: string;
}
