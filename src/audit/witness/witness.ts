import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import {
  type Checkpoint,
  openCheckpoint,
  readCheckpoint,
  type SignedCheckpoint,
} from '../merkle/checkpoint.js';
import { EMPTY_ROOT } from '../merkle/hashing.js';
import { AuditState, STATE_ID } from '../log/audit-state.entity.js';
import { requireContinuation } from './continuation.js';
import { LogAlarm } from './log-alarm.js';
import { LogInconsistent } from './log-inconsistent.js';
import { LogSigner } from '../log/log-signer.js';
import { TreeReader } from '../log/tree-reader.js';
import { WitnessOutage } from './witness-outage.js';
import { WitnessStore, WitnessUnavailable, WitnessUnreadable } from './witness-store.js';

const ATTEMPTS = 10;
/**
 * A newer checkpoint is published at most this long after it was made, even without requests. A failed
 * witness is tried again as often.
 */
const EVERY_MS = 1000;

/**
 * Publishes checkpoints. Each must continue all that were published before, so that a log which was cut,
 * rewritten or restored from an older copy is detected. The witness keeps a newer checkpoint, outside the
 * database and for all instances, before any client gets it. When the witness fails, the last published
 * checkpoint stays valid and no newer one is published.
 */
@Injectable()
export class Witness implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger(Witness.name);
  #published: SignedCheckpoint | null = null;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** True until the witness has been read once. */
  #new = true;

  constructor(
    private readonly store: WitnessStore,
    @InjectRepository(AuditState) private readonly states: Repository<AuditState>,
    private readonly signer: LogSigner,
    private readonly alarm: LogAlarm,
    private readonly outage: WitnessOutage,
  ) {}

  /**
   * Checks, before anything is sequenced or shown, that the log continues what was published before this
   * process started.
   * @throws WitnessUnreadable
   */
  async onModuleInit(): Promise<void> {
    await this.#publishQuietly();
    if (this.outage.fault instanceof WitnessUnreadable) throw this.outage.fault;
  }

  async onModuleDestroy(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#publishQuietly();
  }

  /**
   * The checkpoint that this process published last. Null before the first. A state of the log that is read
   * after it must continue it.
   */
  get published(): SignedCheckpoint | null {
    return this.#published;
  }

  /**
   * The newest published checkpoint. Null when there is none yet, or when the witness could keep none.
   * @throws LogInconsistent when the log does not continue what was published before.
   */
  async latest(): Promise<SignedCheckpoint | null> {
    const published = this.#published;
    const state = await this.states.findOneByOrFail({ id: STATE_ID });
    return this.guard(async () => {
      if (published === null || !isStateOf(published, state)) {
        if (this.outage.fault === null) await this.#publish();
        else await this.#requireContinuation(published, state);
      }
      return this.#published;
    });
  }

  /**
   * Runs work that relies on the log.
   * @throws LogInconsistent when the work finds a contradiction in the log or with a published checkpoint, or
   * when one was found before.
   */
  guard<T>(work: () => Promise<T>): Promise<T> {
    return this.alarm.guard(work);
  }

  /** Signals that the log has grown. Returns at once. A checkpoint is published within about a second. */
  poke(): void {
    if (this.#stopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#publishQuietly();
    }, EVERY_MS).unref();
  }

  async #publishQuietly(): Promise<void> {
    try {
      await this.#publish();
    } catch (error) {
      // The alarm has logged it.
      if (error instanceof LogInconsistent) return;
      this.#logger.warn(
        { err: error as Error },
        'the newest checkpoint could not be published; trying again',
      );
      this.poke();
    }
  }

  /**
   * Publishes the state of the log as it is after the call. Calls during a running publication share the next
   * one.
   */
  #publish(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = null;
      const running = this.#tryPublish();
      this.#running = running.catch(() => undefined);
      return running;
    });
    return this.#next;
  }

  async #tryPublish(): Promise<void> {
    try {
      await this.alarm.guard(() => this.#replace());
      this.outage.end();
    } catch (error) {
      if (!(error instanceof WitnessUnavailable || error instanceof WitnessUnreadable)) throw error;
      this.outage.begin(error);
      this.poke();
    }
  }

  /** The state is read after the checkpoints that it must continue. */
  async #replace(): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const published = this.#published;
      const note = await this.store.fetch();
      const state = await this.states.findOneByOrFail({ id: STATE_ID });
      const current = this.#open(state);
      const kept = note === null ? null : readCheckpoint(note);
      this.#watch(kept, published, state);
      for (const seen of [kept, published]) await this.#requireContinuation(seen, state);
      // Published by another instance. It is served while the witness keeps no newer one.
      this.#published ??= this.#signed(note);
      if (current === null) return;
      if (kept?.size === current.size || (await this.#keep(note, current.note))) {
        this.#published = current;
        return;
      }
    }
    throw new WitnessUnavailable(new Error(`it changed ${ATTEMPTS} times during the replacement`));
  }

  /** Tells the operator what no later comparison can find: a witness that is empty, or was put back itself. */
  #watch(kept: Checkpoint | null, published: Checkpoint | null, { size }: AuditState): void {
    const before = kept?.size ?? 0;
    if (published !== null && before < published.size)
      this.#logger.error(`the witness was put back: it has ${before} entries, and had ${published.size}`);
    else if (this.#new && kept === null && size > 0)
      this.#logger.warn(`the witness is empty: the log is taken as it is, with ${size} entries`);
    this.#new = false;
  }

  #keep(read: string | null, next: string): Promise<boolean> {
    return read === null ? this.store.create(next) : this.store.replace(read, next);
  }

  /** The signed checkpoint of a state. Null while this process's key has not signed one. */
  #open({ size, root, checkpoint: note }: AuditState): SignedCheckpoint | null {
    const checkpoint = this.#signed(note);
    if (checkpoint?.size === size && root?.equals(checkpoint.root) === true) return checkpoint;
    // Before the first entry of this process, the checkpoint may be signed with an earlier key.
    if (this.#published === null) return null;
    throw new LogInconsistent('the stored checkpoint is not the signed one of the stored tree');
  }

  /** The checkpoint in a note that this process's key has signed. Null for any other. */
  #signed(note: string | null): SignedCheckpoint | null {
    const checkpoint = openCheckpoint(note ?? '', this.signer.verifier);
    return checkpoint === null ? null : { ...checkpoint, note: note! };
  }

  async #requireContinuation(seen: Checkpoint | null, { size, root }: AuditState): Promise<void> {
    if (seen === null) return;
    await requireContinuation(seen, size, root ?? EMPTY_ROOT, new TreeReader(this.states.manager));
  }
}

function isStateOf({ size, root, note }: SignedCheckpoint, state: AuditState): boolean {
  return state.size === size && state.checkpoint === note && state.root?.equals(root) === true;
}
