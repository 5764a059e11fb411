import { Global, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { Transactions } from '../database/transactions.js';
import { sealedSize } from '../encryption/chunked/sizes.js';
import { MasterKeys } from '../encryption/master-keys.js';
import { ContentKey } from './encryption/content-key.entity.js';
import { ContentKeys } from './encryption/content-keys.js';
import { EncryptedGrowingStorage } from './encryption/encrypted-growing-storage.js';
import { EncryptedStorage } from './encryption/encrypted-storage.js';
import { GrowingStorage } from './storage/growing-storage.js';
import { LocalGrowingStorage } from './storage/local-growing-storage.js';
import { LocalStorage } from './storage/local-storage.js';
import { ObjectStorage } from './storage/object-storage.js';

/** Where the bytes really are, before or after encryption. */
const STORED = Symbol('STORED');

/** The storage that the configuration asks for; with `ENCRYPTION_KEY`, what is stored there is encrypted. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([ContentKey])],
  providers: [
    {
      provide: STORED,
      inject: [AppConfig],
      useFactory: async (config: AppConfig) => {
        const storage = await openStorage(config);
        await storage.prepare();
        return storage;
      },
    },
    {
      provide: ContentKeys,
      inject: [MasterKeys, getDataSourceToken(), Transactions],
      useFactory: (masterKeys: MasterKeys | null, reading: DataSource, transactions: Transactions) =>
        masterKeys && new ContentKeys(masterKeys.sealer('content key'), reading, transactions),
    },
    {
      provide: ObjectStorage,
      inject: [STORED, ContentKeys],
      useFactory: (stored: ObjectStorage, keys: ContentKeys | null) =>
        keys === null ? stored : new EncryptedStorage(stored, keys),
    },
    {
      provide: GrowingStorage,
      inject: [AppConfig, STORED, ContentKeys, MasterKeys],
      useFactory: async (
        config: AppConfig,
        stored: ObjectStorage,
        keys: ContentKeys | null,
        masterKeys: MasterKeys | null,
      ) => {
        const growing = await openGrowingStorage(config, stored);
        if (keys === null || masterKeys === null) return growing;
        return new EncryptedGrowingStorage(growing, keys, masterKeys.sealer('upload key'));
      },
    },
  ],
  exports: [ObjectStorage, GrowingStorage],
})
export class StorageModule {}

/**
 * The AWS SDK takes as long to load as the rest of this project, so it is loaded only when S3 is configured.
 */
async function openStorage({ storage: { s3, path }, files, encryption }: AppConfig): Promise<ObjectStorage> {
  if (s3 === null) return new LocalStorage(path);
  const { S3Storage } = await import('./storage/s3-storage.js');
  return new S3Storage(s3, storedSize(files.maxUploadBytes, encryption));
}

async function openGrowingStorage(
  { storage: { s3, path }, files, encryption }: AppConfig,
  stored: ObjectStorage,
): Promise<GrowingStorage> {
  if (s3 === null) return new LocalGrowingStorage(path, stored);
  const { S3GrowingStorage } = await import('./storage/s3-growing-storage.js');
  return new S3GrowingStorage(s3, storedSize(files.maxResumableUploadBytes, encryption));
}

function storedSize(bytes: number, encryption: AppConfig['encryption']): number {
  return encryption === null ? bytes : sealedSize(bytes);
}
