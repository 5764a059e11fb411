import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { StorageLock } from './storage-lock.js';

/** With it, an app is the one service on its storage; without, it is a command beside it. */
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
