import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Housekeeping } from '../../common/lifecycle/housekeeping.js';
import { AppConfig } from '../../config/app-config.js';
import { bySystem } from '../../events/event-actor.js';
import { StoredFile } from '../contents/stored-file.entity.js';
import { trashedUntil } from './in-trash.js';
import { expiredAt } from './trash-time.js';
import { TrashRemoval } from './trash-removal.js';

/** Removes what has been in the trash for `TRASH_DAYS`. Every process does this; a file is removed once. */
@Injectable()
export class TrashPurge implements OnModuleDestroy {
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    @InjectRepository(StoredFile) private readonly files: Repository<StoredFile>,
    private readonly removal: TrashRemoval,
    private readonly config: AppConfig,
    housekeeping: Housekeeping,
  ) {
    housekeeping.register('trash', () => this.apply());
  }

  apply(): Promise<void> {
    return (this.#running = this.#purge());
  }

  /** Waits for the transaction that is open. The rest is removed after the next start. */
  async onModuleDestroy(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled([this.#running]);
  }

  async #purge(): Promise<void> {
    const until = expiredAt(this.config.files.trashDays);
    while (!this.#stopped) {
      const oldest = await this.files.findOne({
        select: { id: true, ownerId: true },
        where: { trashedAt: trashedUntil(until) },
        order: { trashedAt: 'ASC' },
      });
      if (oldest === null) break;
      await this.removal.removeOldest(bySystem, oldest.ownerId, until);
      await nextTurn();
    }
    await this.removal.removeBytes();
  }
}
