import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { dataSourceOptions } from './data-source-options.js';
import { migrate } from './migrate.js';
import { Transactions, WRITING } from './transactions.js';

/** Connects to write, migrates, and offers `Transactions`. */
@Module({
  providers: [
    {
      provide: WRITING,
      inject: [AppConfig],
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
  constructor(@Inject(WRITING) private readonly writing: DataSource) {}

  async onApplicationShutdown(): Promise<void> {
    if (this.writing.isInitialized) await this.writing.destroy();
  }
}
