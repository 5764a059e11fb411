import { Global, Module } from '@nestjs/common';
import { Lifecycle } from './lifecycle.js';
import { ReadinessChecks } from './readiness-check.js';

@Global()
@Module({ providers: [Lifecycle, ReadinessChecks], exports: [Lifecycle, ReadinessChecks] })
export class LifecycleModule {}
