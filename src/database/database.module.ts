import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../config/app-config.js';
import { dataSourceOptions } from './data-source-options.js';
import { WRITING } from './transactions.js';
import { WritingModule } from './writing.module.js';

/**
 * Provides the default DataSource, which reads. Writes go through `Transactions`. It injects WRITING, so that
 * it connects only after the database exists and is migrated.
 */
@Global()
@Module({
  imports: [
    WritingModule,
    TypeOrmModule.forRootAsync({
      imports: [WritingModule],
      inject: [AppConfig, WRITING],
      useFactory: (config: AppConfig) => ({ ...dataSourceOptions(config, 'read'), retryAttempts: 0 }),
    }),
  ],
  exports: [WritingModule],
})
export class DatabaseModule {}
