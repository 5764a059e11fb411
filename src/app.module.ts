import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { LifecycleModule } from './common/lifecycle/lifecycle.module.js';
import type { AppConfig } from './config/app-config.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { StorageLockModule } from './database/storage-lock.module.js';
import { EventsModule } from './events/events.module.js';
import { FilesModule } from './files/files.module.js';
import { HealthModule } from './health/health.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { UsersModule } from './users/users.module.js';

/** The composition root: every module of the service, on one configuration. */
@Module({})
export class AppModule {
  static on(config: AppConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.register(config),
        StorageLockModule,
        LifecycleModule,
        EventsModule,
        MetricsModule,
        DatabaseModule,
        // Routes are tried in this order; the cheapest and most frequent come first.
        HealthModule,
        UsersModule,
        AuthModule,
        FilesModule,
        AuditModule,
      ],
    };
  }
}
