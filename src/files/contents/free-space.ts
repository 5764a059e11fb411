import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { errors } from '../../common/refusals/errors.js';
import { ReadinessChecks } from '../../common/lifecycle/readiness-check.js';
import { AppConfig } from '../../config/app-config.js';
import { ObjectStorage } from '../storage/object-storage.js';

/**
 * How long a measurement of free space is used, in milliseconds. What this process admits in that time is
 * subtracted.
 */
const FRESH_MS = 250;
/** During an upload, free space is checked again after this many bytes. */
const STEP_BYTES = 1024 * 1024;

/**
 * Keeps a reserve of free space, so that uploads leave enough for sign-in, deletion and the audit trail.
 * It counts the bytes that uploads of this process have announced and not yet sent. The uploads of other
 * processes count once their bytes are on the disk.
 */
@Injectable()
export class FreeSpace {
  readonly #logger = new Logger(FreeSpace.name);
  readonly #reservations = new Set<SpaceReservation>();
  #measuring: Promise<void> | null = null;
  #measuredAt = -Infinity;
  /** Bytes that may still be admitted. */
  #budget = 0;
  /** Bytes admitted since the start. */
  #granted = 0;
  #low = false;

  constructor(
    private readonly storage: ObjectStorage,
    private readonly config: AppConfig,
    checks: ReadinessChecks,
    registry: Registry,
  ) {
    const free: Gauge = new Gauge({
      name: 'storage_free_bytes',
      help: 'Bytes that can still be written, on the disk of the files or of the embedded database, whichever has less. Uploads leave MIN_FREE_BYTES of them.',
      registers: [registry],
      collect: async () => free.set(Math.min(...(await this.#freeBytes()))),
    });
    checks.register('free_space', async () => {
      await this.#measure();
      return this.#low
        ? `uploads are refused: less than ${config.files.minFreeBytes} bytes are free`
        : undefined;
    });
  }

  /**
   * Reserves space for an upload of at most `announced` bytes, or of an unknown number when it is null.
   * @throws `storage_full`; a StorageError `unavailable` when free space cannot be measured.
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

  /**
   * Adds `bytes` to a reservation.
   * @throws `storage_full` when this would use the reserve, or when the reserve is already in use.
   */
  async extend(reservation: SpaceReservation, bytes: number): Promise<void> {
    if (performance.now() - this.#measuredAt > FRESH_MS || this.#budget < bytes) await this.#measure();
    if (this.#low || this.#budget < bytes) throw errors.storageFull();
    this.#budget -= bytes;
    this.#granted += bytes;
    reservation.reserved += bytes;
  }

  /** Ends a reservation and frees what it has not used. */
  release(reservation: SpaceReservation): void {
    if (this.#reservations.delete(reservation)) this.#budget += reservation.outstanding;
  }

  /** Calls at the same time share one measurement. */
  async #measure(): Promise<void> {
    this.#measuring ??= this.#look().finally(() => (this.#measuring = null));
    await this.#measuring;
  }

  async #look(): Promise<void> {
    // Bytes that arrive or are admitted during the measurement are subtracted twice. Too little space is
    // reported rather than too much.
    const granted = this.#granted;
    const outstanding = [...this.#reservations].reduce(
      (sum, reservation) => sum + reservation.outstanding,
      0,
    );
    const { files } = this.config;
    const [ofBlobs, ofDatabase] = await this.#freeBytes();
    this.#measuredAt = performance.now();
    this.#budget = ofBlobs - files.minFreeBytes - outstanding - (this.#granted - granted);
    const low = Math.min(ofBlobs, ofDatabase) < files.minFreeBytes;
    if (low && !this.#low) this.#logger.warn('free space is low: uploads are refused');
    this.#low = low;
  }

  /** Of the files, and of the embedded database. Infinity where it cannot be known. */
  #freeBytes(): Promise<[ofBlobs: number, ofDatabase: number]> {
    const { database } = this.config;
    return Promise.all([
      this.storage.freeBytes(),
      database.kind === 'sqlite' ? freeBytes(dirname(database.file)) : Infinity,
    ]);
  }
}

/** The space reserved for one upload. */
export class SpaceReservation {
  /** In bytes. Only `FreeSpace` changes it. */
  reserved = 0;
  #arrived = 0;
  #nextLook = STEP_BYTES;

  constructor(
    private readonly space: FreeSpace,
    private readonly announced: boolean,
  ) {}

  /** Bytes that are reserved and have not arrived yet. */
  get outstanding(): number {
    return Math.max(0, this.reserved - this.#arrived);
  }

  /**
   * Counts bytes that arrive. They must wait for the returned promise.
   * @throws `storage_full` when the space is used up.
   */
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
