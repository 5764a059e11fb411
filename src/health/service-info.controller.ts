import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireRole } from '../common/access/require-role.js';
import { ServiceInfo } from './service-info.js';
import { ServiceInfoResponse } from './service-info.response.js';

@ApiTags('Admin')
@RequireRole('admin')
@Controller('api/admin/service')
export class ServiceInfoController {
  constructor(private readonly info: ServiceInfo) {}

  @Get()
  @ApiOperation({
    summary: 'What runs here',
    description: '`GET /ready` tells whether every part of it works.',
  })
  @ApiOkResponse({ type: ServiceInfoResponse })
  read(): Promise<ServiceInfoResponse> {
    return this.info.read();
  }
}
