import { Inject, Logger, Module, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { MasterKeys } from '../encryption/master-keys.js';
import { openForWriting } from './open-for-writing.js';
import { StorageLock } from './storage-lock.js';
import { Transactions, WRITING } from './transactions.js';

/** Connects for writing, migrates, and provides `Transactions`. */
@Module({
  providers: [
    {
      provide: WRITING,
      // A service takes the storage lock before it changes anything.
      inject: [AppConfig, MasterKeys, { token: StorageLock, optional: true }],
      useFactory: openForWriting,
    },
    Transactions,
  ],
  exports: [WRITING, Transactions],
})
export class WritingModule implements OnApplicationShutdown {
  readonly #logger = new Logger(WritingModule.name);

  constructor(
    @Inject(WRITING) private readonly writing: DataSource,
    private readonly transactions: Transactions,
    @Optional() private readonly lock?: StorageLock,
  ) {}

  /** Copies the write-ahead log into the database file. After a clean stop the file is complete. */
  async onApplicationShutdown(): Promise<void> {
    if (!this.writing.isInitialized) return;
    const emptied = await this.transactions.emptyWriteAheadLog();
    if (!emptied)
      this.#logger.warn('a reader still uses the write-ahead log: a copy of the database needs it too');
    await this.writing.destroy();
    this.lock?.release();
  }
}
