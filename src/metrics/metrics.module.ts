import { Global, Module } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { EventCounter } from './event-counter.js';
import { Exposition } from './exposition.js';
import { MetricsController } from './metrics.controller.js';

/** Provides the registry in which every part registers its metrics. */
@Global()
@Module({
  controllers: [MetricsController],
  providers: [
    {
      provide: Registry,
      useFactory: () => {
        const registry = new Registry();
        collectDefaultMetrics({ register: registry });
        return registry;
      },
    },
    EventCounter,
    Exposition,
  ],
  exports: [Registry],
})
export class MetricsModule {}
