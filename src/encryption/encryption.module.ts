import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { MasterKeys } from './master-keys.js';

/** Provides `MasterKeys` everywhere; null without `ENCRYPTION_KEY`. */
@Global()
@Module({
  providers: [
    {
      provide: MasterKeys,
      inject: [AppConfig],
      useFactory: ({ encryption }: AppConfig) => MasterKeys.of(encryption?.masterKeys ?? null),
    },
  ],
  exports: [MasterKeys],
})
export class EncryptionModule {}
