import type { IncomingMessage } from 'node:http';
import { errors } from '../../../common/refusals/errors.js';

/** A body without new bytes for this long has stalled. */
const STALL_MS = 30_000;
/** After a pause of the whole process, timers run before sockets are read. */
const FROZEN_GRACE_MS = 500;

/** Reads the body of a request piece by piece, as fast as the reader asks. */
export class ArrivingBody {
  #stop: Error | null = null;
  #wake: () => void = () => undefined;
  #waitingSince: number | null = null;

  readonly #onReadable = () => this.#wake();

  constructor(private readonly request: IncomingMessage) {
    request.on('readable', this.#onReadable);
    for (const event of ['end', 'error', 'close']) request.on(event, () => this.#wake());
  }

  /** Reads no more. Whoever answers before the end of the body can then let the rest flow, and drop it. */
  release(): void {
    this.request.off('readable', this.#onReadable);
  }

  /** For how long the reader has waited for the client, in milliseconds. */
  get idleMs(): number {
    return this.#waitingSince === null ? 0 : performance.now() - this.#waitingSince;
  }

  /** Makes a running `next`, and every later one, reject with `reason`. */
  stop(reason: Error): void {
    this.#stop ??= reason;
    this.#wake();
  }

  /**
   * The next piece; null at the end of the body.
   * @throws `malformed_upload` when the client goes away, `request_timeout` when it sends nothing for 30 s, and the reason of `stop`.
   */
  async next(): Promise<Buffer | null> {
    for (;;) {
      if (this.#stop !== null) throw this.#stop;
      const piece = this.request.read() as Buffer | null;
      if (piece !== null) return piece;
      if (this.request.readableEnded) return null;
      if (this.request.destroyed) throw errors.malformedUpload('The upload ended early.');
      await this.#change();
    }
  }

  async #change(): Promise<void> {
    this.#waitingSince = performance.now();
    const stall = () => {
      timer = setTimeout(() => this.stop(errors.requestTimeout()), FROZEN_GRACE_MS);
    };
    let timer = setTimeout(stall, STALL_MS);
    await new Promise<void>((resolve) => (this.#wake = resolve));
    clearTimeout(timer);
    this.#waitingSince = null;
  }
}
