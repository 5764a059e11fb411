import { Module } from '@nestjs/common';
import { StorageModule } from '../files/storage/storage.module.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';

@Module({ imports: [StorageModule], controllers: [HealthController], providers: [Readiness] })
export class HealthModule {}
