import type { DestinationStream } from 'pino';

/** The destination of log lines. It accepts text without waiting, and reports when the text is written. */
export interface LineSink {
  write(text: string): unknown;
  flush(done?: (error?: Error | null) => void): void;
}

/** Collects the lines of one turn of the event loop and writes them together at its end. */
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
