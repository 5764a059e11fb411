/** What a beat finds: the lease is held, another request waits for it, or it was taken away. */
export type Pulse = 'held' | 'wanted' | 'lost';

const BEAT_MS = 1000;

/** The right of one request to write to an upload. Its holder calls `release` once. */
export class HeldLease {
  #wanted = false;
  #lost = false;
  #beating = false;
  #onBeat: () => void = () => undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(
    readonly uploadId: string,
    /** Every write of the holder names this number. */
    readonly number: number,
    /** True when a holder that has vanished may still be writing. */
    readonly disputed: boolean,
    private readonly beat: () => Promise<Pulse>,
    private readonly end: () => Promise<void>,
  ) {
    this.#timer = setInterval(() => void this.#pulse(), BEAT_MS);
  }

  /** True when another request waits for the upload. */
  get wanted(): boolean {
    return this.#wanted;
  }

  /** True when another request has the upload. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Calls `listener` after each beat. */
  onBeat(listener: () => void): void {
    this.#onBeat = listener;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.end();
  }

  async #pulse(): Promise<void> {
    if (this.#beating) return;
    this.#beating = true;
    try {
      const pulse = await this.beat();
      this.#wanted = pulse === 'wanted';
      this.#lost ||= pulse === 'lost';
    } catch {
      // Without beats another request takes over; the next write of this one then fails.
    } finally {
      this.#beating = false;
    }
    this.#onBeat();
  }
}
