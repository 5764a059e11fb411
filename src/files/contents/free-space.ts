import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { errors } from '../../common/refusals/errors.js';
import { ReadinessChecks } from '../../common/lifecycle/readiness-check.js';
import { AppConfig } from '../../config/app-config.js';
import { ObjectStorage } from '../storage/object-storage.js';

/** A figure is good for so long; what this process lets in meanwhile is counted. */
const FRESH_MS = 250;
/** Of bytes that arrive, so many pass between two looks. */
const STEP_BYTES = 1024 * 1024;

/**
 * Keeps a reserve of free space, so that uploads cannot take the last of it from sign-in, deletion and the audit trail. It counts
 * what uploads have announced and not yet sent. Other processes on the same disk show once their bytes have arrived.
 */
@Injectable()
export class FreeSpace {
  readonly #logger = new Logger(FreeSpace.name);
  readonly #reservations = new Set<SpaceReservation>();
  #measuring: Promise<void> | null = null;
  #measuredAt = -Infinity;
  /** Bytes that may still be let in. */
  #budget = 0;
  /** Bytes that were let in since the start. */
  #granted = 0;
  #low = false;

  constructor(
    private readonly storage: ObjectStorage,
    private readonly config: AppConfig,
    checks: ReadinessChecks,
  ) {
    checks.register('free_space', async () => {
      await this.#measure();
      return this.#low
        ? `uploads are refused: less than ${config.files.minFreeBytes} bytes are free`
        : undefined;
    });
  }

  /**
   * Keeps room for an upload of at most `announced` bytes, or of an unknown number.
   * @throws `storage_full`; `unavailable` of the storage.
   */
  async reserve(announced: number | null): Promise<SpaceReservation> {
    const reservation = new SpaceReservation(this, announced !== null);
    this.#reservations.add(reservation);
    try {
      await this.extend(reservation, announced ?? STEP_BYTES);
    } catch (error) {
      this.release(reservation);
      throw error;
    }
    return reservation;
  }

  /** Gives `bytes` more to a reservation. @throws `storage_full` when the reserve would be touched, or is by now. */
  async extend(reservation: SpaceReservation, bytes: number): Promise<void> {
    if (performance.now() - this.#measuredAt > FRESH_MS || this.#budget < bytes) await this.#measure();
    if (this.#low || this.#budget < bytes) throw errors.storageFull();
    this.#budget -= bytes;
    this.#granted += bytes;
    reservation.reserved += bytes;
  }

  /** Ends a reservation; what it has not used is free again. */
  release(reservation: SpaceReservation): void {
    if (this.#reservations.delete(reservation)) this.#budget += reservation.outstanding;
  }

  /** Callers at the same time share one look. */
  async #measure(): Promise<void> {
    this.#measuring ??= this.#look().finally(() => (this.#measuring = null));
    await this.#measuring;
  }

  async #look(): Promise<void> {
    // What arrives during the look is counted twice rather than not at all, and so is what is let in.
    const granted = this.#granted;
    const outstanding = [...this.#reservations].reduce(
      (sum, reservation) => sum + reservation.outstanding,
      0,
    );
    const { database, files } = this.config;
    const [ofBlobs, ofDatabase] = await Promise.all([
      this.storage.freeBytes(),
      database.kind === 'sqlite' ? freeBytes(dirname(database.file)) : Infinity,
    ]);
    this.#measuredAt = performance.now();
    this.#budget = ofBlobs - files.minFreeBytes - outstanding - (this.#granted - granted);
    const low = Math.min(ofBlobs, ofDatabase) < files.minFreeBytes;
    if (low && !this.#low) this.#logger.warn('free space is low: uploads are refused');
    this.#low = low;
  }
}

/** The room of one upload. */
export class SpaceReservation {
  /** Bytes; for `FreeSpace` to change. */
  reserved = 0;
  #arrived = 0;
  #nextLook = STEP_BYTES;

  constructor(
    private readonly space: FreeSpace,
    private readonly announced: boolean,
  ) {}

  /** Bytes that are reserved and have not arrived. */
  get outstanding(): number {
    return Math.max(0, this.reserved - this.#arrived);
  }

  /** Counts bytes that arrive; they have to wait for what is returned. @throws `storage_full` when the room has gone meanwhile. */
  count(bytes: number): Promise<void> | undefined {
    this.#arrived += bytes;
    if (this.#arrived < this.#nextLook) return undefined;
    this.#nextLook = this.#arrived + STEP_BYTES;
    return this.space.extend(this, this.announced ? 0 : this.#nextLook - this.reserved);
  }

  release(): void {
    this.space.release(this);
  }
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
