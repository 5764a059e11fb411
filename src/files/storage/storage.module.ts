import { Module } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { LocalStorage } from './local-storage.js';
import { ObjectStorage } from './object-storage.js';
import { S3Storage } from './s3-storage.js';

@Module({
  providers: [
    {
      provide: ObjectStorage,
      inject: [AppConfig],
      useFactory: async (config: AppConfig) => {
        const storage =
          config.storage.s3 === null ? new LocalStorage(config.storage.path) : new S3Storage(config.storage.s3);
        await storage.prepare();
        return storage;
      },
    },
  ],
  exports: [ObjectStorage],
})
export class StorageModule {}
