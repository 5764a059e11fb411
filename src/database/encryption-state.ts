import type { DataSource, EntityManager } from 'typeorm';
import { ConfigError } from '../config/config-error.js';
import type { MasterKeys } from '../encryption/master-keys.js';
import { Unsealable } from '../encryption/unsealable.js';
import { isUniqueViolation } from './driver-errors.js';
import { ENCRYPTION_FAULTS } from './encryption-faults.js';
import { insertRows } from './insert-rows.js';

const TABLE = 'encryption_state';
const CHECK = 'check';
/** The row that is there while an installation is being encrypted, sealed like the others. */
const UNFINISHED = 'encrypting';
const CONSTANT = 'this installation is encrypted';
/**
 * Rows that would be sealed, or whose bytes would be encrypted. Most belong to an account, but a refused sign-in leaves an address without
 * one, and so does an account that is gone.
 */
const PLAIN_DATA = [
  ['users', ''],
  ['audit_private', ''],
  ['audit_intake', 'WHERE ip IS NOT NULL OR user_agent IS NOT NULL OR personal IS NOT NULL'],
  ['pending_blobs', ''],
] as const;

/** A sealed constant, bound to the name of its row. */
interface Check {
  readonly name: string;
  readonly value: string;
}

/**
 * Compares the keys of this process with the installation: for each master key under which something may be sealed, the database has
 * a sealed constant. The row `check` is the first of them, `check ID` belongs to a key that came later. The embedded database is
 * compared before, when it is opened (`database-key.ts`).
 */
export class EncryptionState {
  constructor(
    private readonly writing: DataSource,
    private readonly keys: MasterKeys | null,
  ) {}

  /**
   * Writes nothing.
   * @throws {ConfigError} when a key is wrong or missing, when there is one and the installation holds plain data, and while the
   * installation is being encrypted.
   */
  async require(): Promise<void> {
    if ((await this.#unfinished()) !== null) throw new ConfigError([ENCRYPTION_FAULTS.isBeingEncrypted]);
    const checks = await this.#checks();
    for (const check of checks) this.#requireKeyOf(check);
    if (checks.length === 0 && this.keys !== null && (await this.#holdsData())) {
      throw new ConfigError([ENCRYPTION_FAULTS.holdsPlainData]);
    }
  }

  /**
   * Says that the installation is being encrypted under the first key, and is nothing but that until `end`. It can be repeated.
   * @throws {ConfigError} when it was begun under another key, or when a key is missing.
   */
  async begin(): Promise<void> {
    const unfinished = await this.#unfinished();
    for (const check of await this.#checks()) this.#requireKeyOf(check);
    if (unfinished === null) return this.#insert(this.writing.manager, this.#requiredKeys, UNFINISHED);
    this.#requireKeyOf(unfinished);
    if (!this.#requiredKeys.sealer('installation').isCurrent(unfinished.value))
      throw new ConfigError(['ENCRYPTION_KEY has another first key than when the encryption was begun']);
  }

  /** Says, in a transaction, that the installation is encrypted. */
  async end(tx: EntityManager): Promise<void> {
    await tx.query(`DELETE FROM ${TABLE} WHERE name = '${UNFINISHED}'`);
    const sealer = this.#requiredKeys.sealer('installation');
    const checks = await this.#checks();
    if (checks.some(({ value }) => sealer.isCurrent(value))) return;
    await this.#insert(
      tx,
      this.#requiredKeys,
      checks.length === 0 ? CHECK : `${CHECK} ${this.#requiredKeys.currentId}`,
    );
  }

  /**
   * Keeps a constant that is sealed under the first key, unless there is one: from now on, something may be sealed under it.
   * @throws {ConfigError} as `require` does.
   */
  async keep(): Promise<void> {
    if (this.keys === null) return;
    const sealer = this.keys.sealer('installation');
    const checks = await this.#checks();
    // One may have come since `require`, of a process that starts with another key.
    for (const check of checks) this.#requireKeyOf(check);
    if (checks.some(({ value }) => sealer.isCurrent(value))) return;
    const name = checks.length === 0 ? CHECK : `${CHECK} ${this.keys.currentId}`;
    try {
      await this.#insert(this.writing.manager, this.keys, name);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // Another process was first, perhaps with another key.
      await this.require();
    }
  }

  /** Says, in a transaction, that nothing is sealed under another key than the first: the others may be missing from now on. */
  async settle(tx: EntityManager): Promise<void> {
    await tx.query(`DELETE FROM ${TABLE} WHERE name LIKE '${CHECK}%'`);
    await this.#insert(tx, this.#requiredKeys, CHECK);
  }

  get #requiredKeys(): MasterKeys {
    if (this.keys === null) throw new Error('an installation without keys has no first one');
    return this.keys;
  }

  async #unfinished(): Promise<Check | null> {
    const rows = await this.#rowsWhere(`name = '${UNFINISHED}'`);
    return rows[0] ?? null;
  }

  async #insert(tx: EntityManager, keys: MasterKeys, name: string): Promise<void> {
    const value = keys.sealer('installation').seal(Buffer.from(CONSTANT), name);
    await insertRows(tx, TABLE, ['name', 'value'], [[name, value]]);
  }

  #checks(): Promise<Check[]> {
    return this.#rowsWhere(`name LIKE '${CHECK}%'`);
  }

  async #rowsWhere(condition: string): Promise<Check[]> {
    if (!(await this.#hasTable(TABLE))) return [];
    return this.writing.query<Check[]>(`SELECT name, value FROM ${TABLE} WHERE ${condition} ORDER BY name`);
  }

  #requireKeyOf({ name, value }: Check): void {
    if (this.keys === null) throw new ConfigError([ENCRYPTION_FAULTS.keyMissing]);
    try {
      this.keys.sealer('installation').open(value, name);
    } catch (error) {
      if (!(error instanceof Unsealable)) throw error;
      throw new ConfigError([
        error.reason === 'unknown_key'
          ? ENCRYPTION_FAULTS.keyLacks(error.keyId)
          : 'ENCRYPTION_KEY cannot be compared with this installation: the row in encryption_state is damaged',
      ]);
    }
  }

  async #holdsData(): Promise<boolean> {
    for (const [table, condition] of PLAIN_DATA) {
      if (!(await this.#hasTable(table))) continue;
      const rows = await this.writing.query<object[]>(`SELECT 1 FROM ${table} ${condition} LIMIT 1`);
      if (rows.length > 0) return true;
    }
    return false;
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
