import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

const EVERY_MS = 3_600_000;
/** The first run comes early, so that a process that lives less than an hour also runs the tasks. */
const FIRST_AFTER_MS = 60_000;

/** Runs the cleanup tasks once an hour. A failed task is logged and runs again an hour later. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(Housekeeping.name);
  readonly #chores = new Map<string, () => Promise<void>>();
  #first: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;

  register(name: string, chore: () => Promise<void>): void {
    this.#chores.set(name, chore);
  }

  onApplicationBootstrap(): void {
    this.#first = setTimeout(() => void this.runAll(), FIRST_AFTER_MS).unref();
    this.#timer = setInterval(() => void this.runAll(), EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearTimeout(this.#first);
    clearInterval(this.#timer);
  }

  async runAll(): Promise<void> {
    for (const [name, chore] of this.#chores) {
      try {
        await chore();
      } catch (error) {
        this.#logger.error(
          { err: error as Error, chore: name },
          'a cleanup task failed; trying again in an hour',
        );
      }
    }
  }
}
