import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, IsNull, Not, Repository } from 'typeorm';
import { newId } from '../../../common/ids.js';
import { errors } from '../../../common/refusals/errors.js';
import { AppConfig } from '../../../config/app-config.js';
import { Transactions } from '../../../database/transactions.js';
import { HeldLease, type Pulse } from './held-lease.js';
import { ResumableUpload, UNFINISHED_STATES } from './resumable-upload.entity.js';

/** A holder that has not beaten for this long is dead, or as good as dead. */
const DEAD_MS = 4000;
/** A request that has waited this long is told that the upload is in use. */
const PATIENCE_MS = 5500;
const LOOK_MS = 100;
/** A holder that has recorded bytes so often while another waits is at work. */
const AT_WORK = 3;

/** What a look at a lease gives after some time. */
type Verdict = 'free' | 'dead' | 'in use';

/**
 * One request at a time writes to an upload, over all processes. The right is a row, not an open transaction: a holder beats every
 * second, gives way to a newcomer when its client sends nothing, and is replaced when it does not beat for 4 s. No clocks are
 * compared: a newcomer watches the beat.
 */
@Injectable()
export class UploadLeases implements OnApplicationBootstrap {
  readonly #logger = new Logger(UploadLeases.name);

  constructor(
    @InjectRepository(ResumableUpload) private readonly uploads: Repository<ResumableUpload>,
    private readonly transactions: Transactions,
    private readonly config: AppConfig,
  ) {}

  /** Only one process uses the embedded database, so at its start every holder is dead. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.config.database.kind !== 'sqlite') return;
    await this.transactions.run(async (tx) => {
      await tx.update(ResumableUpload, { leaseHolder: Not(IsNull()) }, { leaseHolder: null });
    });
  }

  /** Takes the lease of an upload, within about 5 s. @throws `upload_locked` while its holder is at work; `upload_gone`. */
  async acquire(uploadId: string): Promise<HeldLease> {
    for (;;) {
      const { verdict, seen } = await this.#watch(uploadId);
      if (verdict === 'in use') throw errors.uploadLocked();
      const lease = await this.#take(seen, verdict === 'dead');
      if (lease !== null) return lease;
    }
  }

  /**
   * Resolves when the offset of an upload will not change by itself: at once, or when a half-dead request has given way or was
   * deprived of the lease. While a holder is at work it resolves too, after some seconds.
   */
  async quiet(uploadId: string): Promise<void> {
    const { verdict, seen } = await this.#watch(uploadId);
    if (verdict === 'dead') await (await this.#take(seen, true))?.release();
  }

  async #watch(uploadId: string): Promise<{ verdict: Verdict; seen: ResumableUpload }> {
    const begun = performance.now();
    let seen = await this.#look(uploadId);
    let alive = begun;
    let recorded = 0;
    for (let asked = false; ;) {
      if (seen.leaseHolder === null) return { verdict: 'free', seen };
      const waited = performance.now() - begun;
      if (performance.now() - alive > DEAD_MS) return { verdict: 'dead', seen };
      if (recorded >= AT_WORK || waited > PATIENCE_MS) return { verdict: 'in use', seen };
      if (!asked) {
        await this.#want(seen);
        asked = true;
      }
      await delay(LOOK_MS);
      const next = await this.#look(uploadId);
      if (next.leaseNumber !== seen.leaseNumber || next.leaseBeat !== seen.leaseBeat)
        alive = performance.now();
      if (next.offset !== seen.offset) recorded++;
      seen = next;
    }
  }

  async #look(uploadId: string): Promise<ResumableUpload> {
    const upload = await this.uploads.findOneBy({ id: uploadId });
    if (upload === null || upload.state === 'ended') throw errors.uploadGone();
    return upload;
  }

  /** Tells the holder that another request waits. */
  async #want({ id, leaseNumber }: ResumableUpload): Promise<void> {
    await this.transactions.run(async (tx) => {
      await tx.update(ResumableUpload, { id, leaseNumber }, { leaseWanted: true });
    });
  }

  /** @returns null when another request was faster. */
  async #take(seen: ResumableUpload, fromDead: boolean): Promise<HeldLease | null> {
    const { id, leaseNumber: before, leaseHolder, leaseBeat } = seen;
    const asSeen = { id, leaseNumber: before, leaseBeat, leaseHolder: leaseHolder ?? IsNull() };
    const leaseNumber = before + 1;
    const disputed = seen.disputed || fromDead;
    const taken = { leaseNumber, leaseHolder: newId(), leaseBeat: 0, leaseWanted: false, disputed };
    const { affected } = await this.transactions.run((tx) => tx.update(ResumableUpload, asSeen, taken));
    if (affected !== 1) return null;
    if (fromDead)
      this.#logger.warn({ upload: id }, 'the holder of an upload has vanished: another request takes over');
    return new HeldLease(
      id,
      leaseNumber,
      disputed,
      () => this.#beat(id, leaseNumber),
      () => this.#release(id, leaseNumber),
    );
  }

  async #beat(id: string, leaseNumber: number): Promise<Pulse> {
    const held = { id, leaseNumber, state: In(UNFINISHED_STATES) };
    return this.transactions.run(async (tx) => {
      const { affected } = await tx.update(ResumableUpload, held, { leaseBeat: () => 'lease_beat + 1' });
      if (affected !== 1) return 'lost';
      return (await tx.existsBy(ResumableUpload, { id, leaseWanted: true })) ? 'wanted' : 'held';
    });
  }

  /** A failure is logged: without beats the lease is taken over. */
  async #release(id: string, leaseNumber: number): Promise<void> {
    try {
      await this.transactions.run(async (tx) => {
        await tx.update(ResumableUpload, { id, leaseNumber }, { leaseHolder: null });
      });
    } catch (error) {
      this.#logger.error({ err: error as Error, upload: id }, 'an upload could not be released');
    }
  }
}
