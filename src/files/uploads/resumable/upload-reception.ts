import { createHash } from 'node:crypto';
import { errors } from '../../../common/refusals/errors.js';
import { ApiError } from '../../../common/refusals/refusal.js';
import type { SpaceReservation } from '../../contents/free-space.js';
import type { GrowingObject } from '../../storage/growing-storage.js';
import { StorageError } from '../../storage/object-storage.js';
import type { ArrivingBody } from './arriving-body.js';
import type { BodyChecks } from './body-checks.js';
import type { HeldLease } from './held-lease.js';
import type { ResumableUpload } from './resumable-upload.entity.js';
import type { UploadRecords } from './upload-records.js';

/** Bytes are recorded after so long, or so many: a crash loses what is not recorded. */
const RECORD_MS = 1000;
const RECORD_BYTES = 32 * 1024 * 1024;
/** A client that has sent nothing for this long gives way to another request. */
const IDLE_MS = 1500;

/** Takes the bytes of one request into an upload. */
export class UploadReception {
  readonly #sha256;
  #size: number;
  #recordedAt = performance.now();

  constructor(
    private readonly records: UploadRecords,
    private readonly lease: HeldLease,
    private upload: ResumableUpload,
    private readonly body: ArrivingBody,
    private readonly checks: BodyChecks | null,
  ) {
    this.#size = upload.offset;
    this.#sha256 = upload.offset === 0 ? createHash('sha256') : null;
    lease.onBeat(() => this.#giveWay());
  }

  /** The SHA-256 of the whole file in hex; null unless all of it came with this request. Call it once, at the end. */
  get sha256(): string | null {
    return this.#sha256?.digest('hex') ?? null;
  }

  /**
   * Appends the body to `object`. What has arrived is kept when the rest does not, unless a checksum or a signature
   * was sent: then all of it is kept or nothing.
   * @returns the upload as it is then.
   * @throws `checksum_mismatch`, `invalid_signature`, `file_too_large`, `storage_full`, `upload_locked`, `upload_gone`, and what the body and the storage throw.
   */
  async receive(object: GrowingObject, room: SpaceReservation): Promise<ResumableUpload> {
    try {
      await this.#appendAll(object, room);
      this.checks?.requireMatch();
    } catch (error) {
      if (this.checks === null) await this.#keep(object, error);
      throw error;
    }
    return this.#record(object, true);
  }

  async #appendAll(object: GrowingObject, room: SpaceReservation): Promise<void> {
    for (let bytes = await this.body.next(); bytes !== null; bytes = await this.body.next()) {
      if (this.#size + bytes.length > this.upload.length) throw errors.fileTooLarge(this.upload.length);
      await room.count(bytes.length);
      this.#sha256?.update(bytes);
      this.checks?.update(bytes);
      await object.append(bytes);
      this.#size += bytes.length;
      if (this.checks === null && this.#isRecordDue()) await this.#record(object, false);
    }
  }

  #isRecordDue(): boolean {
    if (this.#size === this.upload.length) return false;
    if (this.#size - this.upload.offset >= RECORD_BYTES) return true;
    return performance.now() - this.#recordedAt >= RECORD_MS;
  }

  /**
   * Keeps what arrived before `error`, if that is possible. A refused request never seals the upload. A database or a storage that
   * has just failed is not tried again: the client waits.
   */
  async #keep(object: GrowingObject, error: unknown): Promise<void> {
    if (this.lease.lost || this.#size === this.upload.length) return;
    const isFull = error instanceof StorageError && error.reason === 'full';
    if (!isFull && !(error instanceof ApiError && error.status !== 503)) return;
    try {
      await this.#record(object, true);
    } catch {
      throw error;
    }
  }

  async #record(object: GrowingObject, all: boolean): Promise<ResumableUpload> {
    const growth = await (all ? object.settle() : object.checkpoint());
    this.#recordedAt = performance.now();
    if (growth.size > this.upload.offset)
      this.upload = await this.records.record(this.lease, this.upload, growth);
    return this.upload;
  }

  #giveWay(): void {
    if (this.lease.lost || (this.lease.wanted && this.body.idleMs >= IDLE_MS))
      this.body.stop(errors.uploadLocked());
  }
}
