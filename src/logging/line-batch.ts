import type { DestinationStream } from 'pino';

/** Where lines go in the end: takes text without waiting, and says when it has been written. */
export interface LineSink {
  write(text: string): unknown;
  flush(done?: (error?: Error | null) => void): void;
}

/** Hands on the lines of one turn of the event loop together, when the turn is over: at once for a reader, one write for many requests. */
export class LineBatch implements DestinationStream {
  #lines = '';

  constructor(private readonly sink: LineSink) {}

  write(line: string): void {
    if (this.#lines === '') setImmediate(() => this.#handOn());
    this.#lines += line;
  }

  /** Calls `done` once every line is written. */
  flush(done?: (error?: Error | null) => void): void {
    this.#handOn();
    this.sink.flush(done);
  }

  #handOn(): void {
    const lines = this.#lines;
    this.#lines = '';
    if (lines !== '') this.sink.write(lines);
  }
}
