import { Global, Module } from '@nestjs/common';
import { Housekeeping } from './housekeeping.js';
import { Lifecycle } from './lifecycle.js';
import { ReadinessChecks } from './readiness-check.js';

@Global()
@Module({
  providers: [Lifecycle, ReadinessChecks, Housekeeping],
  exports: [Lifecycle, ReadinessChecks, Housekeeping],
})
export class LifecycleModule {}
