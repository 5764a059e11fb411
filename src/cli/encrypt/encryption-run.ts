import { DataSource, type DataSourceOptions } from 'typeorm';
import type { AppConfig } from '../../config/app-config.js';
import { dataSourceOptions } from '../../database/data-source-options.js';
import { EncryptionState } from '../../database/encryption-state.js';
import { migrate } from '../../database/migrate.js';
import { SERVICE_NAME } from '../../database/service-name.js';
import { StorageLock } from '../../database/storage-lock.js';
import { Transactions } from '../../database/transactions.js';
import type { MasterKeys } from '../../encryption/master-keys.js';
import { bySystem } from '../../events/event-actor.js';
import { ContentKeys } from '../../files/encryption/content-keys.js';
import { EncryptedStorage } from '../../files/encryption/encrypted-storage.js';
import { openStorage } from '../../files/open-storage.js';
import type { OpenDatabase } from '../rekey/open-database.js';
import { recordIn } from '../rekey/record-in.js';
import { type Report, type Resealed, resealRows } from '../rekey/reseal-rows.js';
import { requireNoService } from '../rekey/running-services.js';
import { encryptEmbeddedDatabase } from './embedded-database.js';
import { removeLeftoverBytes } from './leftover-bytes.js';
import { PlainContents } from './plain-contents.js';
import { plainRows } from './plain-rows.js';
import { expirePlainUploads } from './plain-uploads.js';

/** Its own connections to PostgreSQL have another name. */
const APPLICATION = `${SERVICE_NAME} encrypt`;

/** What was done. */
export interface EncryptionResult {
  /** Contents. */
  readonly encrypted: number;
  readonly rows: readonly Resealed[];
  /** Uploads whose clients have to begin again. */
  readonly expiredUploads: number;
  /** A line for each content and each row that could not be read before either, and was left as it is. */
  readonly left: readonly string[];
}

/**
 * Encrypts whatever is plain in an installation whose service is stopped. It can end at any moment and be run again. Until it has
 * ended well, no service starts.
 */
export class EncryptionRun {
  constructor(
    private readonly config: AppConfig,
    private readonly keys: MasterKeys,
    private readonly report: Report,
  ) {}

  /**
   * @throws {ConfigError} when a service runs, or when the key is another one than that with which it was begun.
   */
  async run(): Promise<EncryptionResult> {
    const lock = StorageLock.take(this.config);
    try {
      await encryptEmbeddedDatabase(this.config, this.keys);
      return await this.#withDatabase((database) => this.#encrypt(database));
    } finally {
      lock.release();
    }
  }

  async #encrypt(database: OpenDatabase): Promise<EncryptionResult> {
    const { writing, reading, transactions } = database;
    const state = new EncryptionState(writing, this.keys);
    await requireNoService(writing.manager, APPLICATION);
    await state.begin();
    // One may have started until then.
    await requireNoService(writing.manager, APPLICATION);
    const stored = await openStorage(this.config, this.config.files.maxResumableUploadBytes);
    await stored.prepare();
    const contentKeys = new ContentKeys(this.keys.sealer('content key'), reading, transactions);
    const encrypting = new EncryptedStorage(stored, contentKeys);
    const contents = await new PlainContents(database, stored, encrypting).encrypt(this.report);
    const expiredUploads = await expirePlainUploads(database, stored, this.report);
    await removeLeftoverBytes(database, stored);
    const rows: Resealed[] = [];
    const left = [...contents.left];
    // What cannot be opened is sealed already, so nothing plain stays.
    for (const kind of plainRows(this.config, this.keys))
      rows.push(await resealRows(database, kind, this.report, left));
    await transactions.run(async (tx) => {
      await state.end(tx);
      // Counters of wrong passwords name addresses. They count anew.
      await tx.query('DELETE FROM sign_in_attempts');
      await recordIn(tx, this.config, this.keys, {
        type: 'encryption.completed',
        actor: bySystem,
        keyId: this.keys.currentId,
        contents: contents.encrypted,
        left: left.length,
      });
    });
    return { encrypted: contents.encrypted, rows, expiredUploads, left };
  }

  async #withDatabase<T>(work: (database: OpenDatabase) => Promise<T>): Promise<T> {
    const writing = await new DataSource(this.#options('write')).initialize();
    const transactions = new Transactions(writing);
    try {
      await migrate(writing);
      const reading = await new DataSource(this.#options('read')).initialize();
      try {
        return await work({ writing, reading, transactions });
      } finally {
        await reading.destroy();
      }
    } finally {
      await transactions.emptyWriteAheadLog();
      await writing.destroy();
    }
  }

  #options(purpose: 'read' | 'write'): DataSourceOptions {
    const options = dataSourceOptions(this.config, purpose);
    return options.type === 'postgres' ? { ...options, applicationName: APPLICATION } : options;
  }
}
