import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { LifecycleModule } from './common/lifecycle/lifecycle.module.js';
import type { AppConfig } from './config/app-config.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { StorageLockModule } from './database/storage-lock.module.js';
import { EncryptionModule } from './encryption/encryption.module.js';
import { EventsModule } from './events/events.module.js';
import { FilesModule } from './files/files.module.js';
import { HealthModule } from './health/health.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { SharesModule } from './shares/shares.module.js';
import { ConsoleModule } from './console/console.module.js';
import { MailModule } from './mail/mail.module.js';
import { UsersModule } from './users/users.module.js';

/** All modules of the service, with one configuration. */
@Module({})
export class AppModule {
  static on(config: AppConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.register(config),
        EncryptionModule,
        StorageLockModule,
        LifecycleModule,
        EventsModule,
        MetricsModule,
        DatabaseModule,
        MailModule,
        // Routes are tried in this order. The cheapest and most frequent come first.
        HealthModule,
        UsersModule,
        AuthModule,
        FilesModule,
        SharesModule,
        AuditModule,
        ConsoleModule,
      ],
    };
  }
}
