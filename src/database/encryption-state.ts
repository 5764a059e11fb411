import type { DataSource } from 'typeorm';
import { ConfigError } from '../config/config-error.js';
import type { MasterKeys } from '../encryption/master-keys.js';
import { Unsealable } from '../encryption/unsealable.js';
import { isUniqueViolation } from './driver-errors.js';
import { ENCRYPTION_FAULTS } from './encryption-faults.js';
import { insertRows } from './insert-rows.js';

const TABLE = 'encryption_state';
const NAME = 'check';
const CONSTANT = 'this installation is encrypted';

/**
 * Compares the keys of this process with the installation: a sealed constant in the database opens only under a key with which the
 * installation is encrypted. The embedded database is compared before, when it is opened (`database-key.ts`).
 */
export class EncryptionState {
  constructor(
    private readonly writing: DataSource,
    private readonly keys: MasterKeys | null,
  ) {}

  /**
   * Writes nothing.
   * @throws {ConfigError} when the key is wrong or missing, or when there is one and the installation holds plain data.
   */
  async require(): Promise<void> {
    const sealed = await this.#find();
    if (sealed !== null) return this.#requireKeyOf(sealed);
    if (this.keys !== null && (await this.#holdsData())) {
      throw new ConfigError([ENCRYPTION_FAULTS.holdsPlainData]);
    }
  }

  /** Keeps the sealed constant of a new installation that is encrypted. @throws {ConfigError} as `require` does. */
  async keep(): Promise<void> {
    if (this.keys === null || (await this.#find()) !== null) return;
    const sealed = this.keys.sealer('installation').seal(Buffer.from(CONSTANT), NAME);
    try {
      await insertRows(this.writing.manager, TABLE, ['name', 'value'], [[NAME, sealed]]);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // Another process was first, perhaps with another key.
      await this.require();
    }
  }

  async #find(): Promise<string | null> {
    if (!(await this.#hasTable(TABLE))) return null;
    const [row] = await this.writing.query<{ value: string }[]>(
      `SELECT value FROM ${TABLE} WHERE name = '${NAME}'`,
    );
    return row?.value ?? null;
  }

  #requireKeyOf(sealed: string): void {
    if (this.keys === null) throw new ConfigError([ENCRYPTION_FAULTS.keyMissing]);
    try {
      this.keys.sealer('installation').open(sealed, NAME);
    } catch (error) {
      if (!(error instanceof Unsealable)) throw error;
      throw new ConfigError([
        error.reason === 'unknown_key'
          ? ENCRYPTION_FAULTS.keyLacks(error.keyId)
          : 'ENCRYPTION_KEY cannot be compared with this installation: the row in encryption_state is damaged',
      ]);
    }
  }

  /** Whoever keeps anything has an account. */
  async #holdsData(): Promise<boolean> {
    if (!(await this.#hasTable('users'))) return false;
    const users = await this.writing.query<object[]>('SELECT 1 FROM users LIMIT 1');
    return users.length > 0;
  }

  async #hasTable(name: string): Promise<boolean> {
    const runner = this.writing.createQueryRunner();
    try {
      return await runner.hasTable(name);
    } finally {
      await runner.release();
    }
  }
}
