import { Module } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { LocalStorage } from './local-storage.js';
import { ObjectStorage } from './object-storage.js';

@Module({
  providers: [
    {
      provide: ObjectStorage,
      inject: [AppConfig],
      useFactory: async (config: AppConfig) => {
        const storage = new LocalStorage(config.storage.path);
        await storage.prepare();
        return storage;
      },
    },
  ],
  exports: [ObjectStorage],
})
export class StorageModule {}
