import { DataSource } from 'typeorm';
import type { AppConfig } from '../../config/app-config.js';
import { dataSourceOptions } from '../../database/data-source-options.js';
import { migrate } from '../../database/migrate.js';
import { SERVICE_NAME } from '../../database/service-name.js';
import type { WrappedKeys } from './wrapped-keys.js';

const TABLE = 'wrapped_master_keys';
const APPLICATION = `wrapped keys of ${SERVICE_NAME}`;

/** Rows of PostgreSQL in base64. Each call connects by itself: it comes before the service has its connections. */
export class WrappedKeyRows implements WrappedKeys {
  constructor(private readonly config: AppConfig) {}

  find(keyId: string): Promise<Buffer | null> {
    return this.#connected(async (database) => {
      const runner = database.createQueryRunner();
      try {
        return (await runner.hasTable(TABLE)) ? await rowOf(database, keyId) : null;
      } finally {
        await runner.release();
      }
    });
  }

  /** Migrates first: of a new installation, the table is not there yet. */
  keep(keyId: string, wrapped: Buffer): Promise<Buffer> {
    return this.#connected(async (database) => {
      await migrate(database);
      await database.query(
        `INSERT INTO ${TABLE} (kms_key, wrapped) VALUES ($1, $2) ON CONFLICT (kms_key) DO NOTHING`,
        [keyId, wrapped.toString('base64')],
      );
      return (await rowOf(database, keyId))!;
    });
  }

  async #connected<T>(work: (database: DataSource) => Promise<T>): Promise<T> {
    // Not as a service: the master keys of this configuration are none of the installation's.
    const options = { ...dataSourceOptions(this.config, 'write'), applicationName: APPLICATION };
    const database = await new DataSource(options).initialize();
    try {
      return await work(database);
    } finally {
      await database.destroy();
    }
  }
}

async function rowOf(database: DataSource, keyId: string): Promise<Buffer | null> {
  const [row] = await database.query<{ wrapped: string }[]>(
    `SELECT wrapped FROM ${TABLE} WHERE kms_key = $1`,
    [keyId],
  );
  return row === undefined ? null : Buffer.from(row.wrapped, 'base64');
}
