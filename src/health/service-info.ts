import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { now } from '../common/time.js';
import { VERSION } from '../common/version.js';
import { AppConfig } from '../config/app-config.js';
import type { ServiceInfoResponse } from './service-info.response.js';

const VERSION_QUERIES = {
  sqlite: 'SELECT sqlite_version() AS version',
  postgres: "SELECT split_part(current_setting('server_version'), ' ', 1) AS version",
} as const;

/** What runs here. It names no address and no secret. */
@Injectable()
export class ServiceInfo {
  readonly #started = now();

  constructor(
    private readonly config: AppConfig,
    @InjectDataSource() private readonly reading: DataSource,
  ) {}

  async read(): Promise<ServiceInfoResponse> {
    const { auth, database, encryption, instance, mail, storage } = this.config;
    const [{ version }] = await this.reading.query<[{ version: string }]>(VERSION_QUERIES[database.kind]);
    return {
      version: VERSION,
      node: process.versions.node,
      database: database.kind,
      database_version: version,
      storage: storage.s3 === null ? 'disk' : 's3',
      encrypted: encryption !== null,
      mail: mail !== null,
      registration: auth.registration,
      instance,
      started: this.#started,
    };
  }
}
