import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { StorageLock } from './storage-lock.js';

/**
 * An app with this module is the only service on its storage. An app without it is a command that can run
 * beside the service.
 */
@Global()
@Module({
  providers: [
    {
      provide: StorageLock,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => StorageLock.take(config),
    },
  ],
  exports: [StorageLock],
})
export class StorageLockModule {}
