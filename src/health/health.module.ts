import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';
import { ServiceInfoController } from './service-info.controller.js';
import { ServiceInfo } from './service-info.js';

@Module({ controllers: [HealthController, ServiceInfoController], providers: [Readiness, ServiceInfo] })
export class HealthModule {}
