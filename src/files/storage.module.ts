import { Global, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { Transactions } from '../database/transactions.js';
import { MasterKeys } from '../encryption/master-keys.js';
import { ContentKey } from './encryption/content-key.entity.js';
import { ContentKeys } from './encryption/content-keys.js';
import { EncryptedGrowingStorage } from './encryption/encrypted-growing-storage.js';
import { EncryptedStorage } from './encryption/encrypted-storage.js';
import { openGrowingStorage, openStorage } from './open-storage.js';
import { GrowingStorage } from './storage/growing-storage.js';
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
