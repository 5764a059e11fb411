import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { LifecycleModule } from '../common/lifecycle/lifecycle.module.js';
import type { AppConfig } from '../config/app-config.js';
import { ConfigModule } from '../config/config.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { EncryptionModule } from '../encryption/encryption.module.js';
import { EventsModule } from '../events/events.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { UsersModule } from '../users/users.module.js';
import { NewUsers } from './new-users.js';
import { Operator } from './operator.js';

/**
 * The parts of the service that the operator's commands need: users and their audit trail. There are no files
 * and no HTTP.
 */
@Module({})
export class CliModule {
  static on(config: AppConfig): DynamicModule {
    return {
      module: CliModule,
      imports: [
        ConfigModule.register(config),
        EncryptionModule,
        LifecycleModule,
        EventsModule,
        MetricsModule,
        DatabaseModule,
        UsersModule,
        AuthModule,
        AuditModule,
      ],
      providers: [Operator, NewUsers],
    };
  }
}
