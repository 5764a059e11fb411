import { Inject, Logger, Module, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { dataSourceOptions } from './data-source-options.js';
import { migrate } from './migrate.js';
import { StorageLock } from './storage-lock.js';
import { Transactions, WRITING } from './transactions.js';

/** Connects to write, migrates, and offers `Transactions`. */
@Module({
  providers: [
    {
      provide: WRITING,
      // The lock, in a service, comes before anything is changed.
      inject: [AppConfig, { token: StorageLock, optional: true }],
      useFactory: async (config: AppConfig) => {
        const writing = await new DataSource(dataSourceOptions(config, 'write')).initialize();
        await migrate(writing);
        return writing;
      },
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

  /** After a clean stop the file of the embedded database is all of it: nothing stays in its write-ahead log. */
  async onApplicationShutdown(): Promise<void> {
    if (!this.writing.isInitialized) return;
    const emptied = await this.transactions.emptyWriteAheadLog();
    if (!emptied)
      this.#logger.warn('the write-ahead log is being read: a copy of the database needs it, too');
    await this.writing.destroy();
    this.lock?.release();
  }
}
