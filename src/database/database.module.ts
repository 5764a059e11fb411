import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../config/app-config.js';
import { dataSourceOptions } from './data-source-options.js';
import { WRITING } from './transactions.js';
import { WritingModule } from './writing.module.js';

/**
 * The default DataSource reads; what writes goes through `Transactions`.
 * Injecting WRITING makes the reading side wait until the file exists and is migrated.
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
