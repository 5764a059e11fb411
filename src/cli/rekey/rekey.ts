import type { AppConfig } from '../../config/app-config.js';
import { rewrapDatabaseKey } from '../../database/database-key.js';
import { EncryptionState } from '../../database/encryption-state.js';
import { connectionName } from '../../database/service-name.js';
import type { MasterKeys } from '../../encryption/master-keys.js';
import { bySystem } from '../../events/event-actor.js';
import type { OpenDatabase } from './open-database.js';
import { NotSealed } from './not-sealed.js';
import { recordIn } from './record-in.js';
import { type Report, type Resealed, resealRows } from './reseal-rows.js';
import { estimateRows, rowBatches } from './row-batches.js';
import { requireNoOtherKey } from './running-services.js';
import type { SealedKind } from './sealed-kind.js';
import { sealedKinds } from './sealed-kinds.js';

/**
 * Seals everything again that is sealed under another master key than the first. Contents are not touched: only their keys are
 * sealed. It can end at any moment and be run again. Until it has ended well, every process needs all the keys.
 */
export class Rekey {
  constructor(
    private readonly config: AppConfig,
    private readonly keys: MasterKeys,
    private readonly database: OpenDatabase,
  ) {}

  /**
   * @returns what was sealed again. Nothing is sealed under an older key then, and only the first one is needed from now on.
   * @throws {ConfigError} on PostgreSQL, when a service with another first key runs.
   * @throws {NotSealed} when something stays under an older key. Everything else is sealed again.
   */
  async run(report: Report): Promise<Resealed[]> {
    const { keys, database } = this;
    const kinds = sealedKinds(keys);
    const faults: string[] = [];
    const results: Resealed[] = [];
    for (const kind of kinds) results.push(await resealRows(database, kind, report, faults));
    if (faults.length > 0) throw new NotSealed(faults);
    for (const kind of kinds) await this.#requireNoneLeft(kind, report);
    // These come last: until then, a start without one of the keys is refused.
    const resealed = rewrapDatabaseKey(this.config, keys) ? 1 : 0;
    const state = new EncryptionState(database.writing, keys);
    await database.transactions.run(async (tx) => {
      await state.settle(tx);
      await recordIn(tx, this.config, keys, {
        type: 'encryption.rekeyed',
        actor: bySystem,
        keyId: keys.currentId,
        resealed: results.reduce((sum, each) => sum + each.resealed, resealed),
      });
      // A service under another key goes on sealing under it. Those that start later find what was settled.
      await requireNoOtherKey(tx, connectionName(keys));
    });
    const isEmbedded = this.config.database.kind === 'sqlite';
    return isEmbedded ? [...results, { what: 'keys of the database', resealed, sealed: 1 }] : results;
  }

  /** Looks at every row once more: a process whose first key is an older one may have been at work meanwhile. */
  async #requireNoneLeft(kind: SealedKind, report: Report): Promise<void> {
    const about = await estimateRows(this.database.reading, kind.table);
    let [done, left] = [0, 0];
    for await (const rows of rowBatches(this.database.reading, kind)) {
      left += rows.filter((row) => !kind.isCurrent(row)).length;
      report(`${kind.what}, counted`, (done += rows.length), about);
    }
    if (left === 0) return;
    throw new NotSealed([
      `${left} ${kind.what} came meanwhile: start every process with this ENCRYPTION_KEY, and run this again`,
    ]);
  }
}
