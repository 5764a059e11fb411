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
        const storage = await openStorage(config);
        await storage.prepare();
        return storage;
      },
    },
  ],
  exports: [ObjectStorage],
})
export class StorageModule {}

/** The AWS SDK takes as long to load as everything else of this project: only who keeps bytes there waits for it. */
async function openStorage({ storage: { s3, path }, files }: AppConfig): Promise<ObjectStorage> {
  if (s3 === null) return new LocalStorage(path);
  const { S3Storage } = await import('./s3-storage.js');
  return new S3Storage(s3, files.maxUploadBytes);
}
