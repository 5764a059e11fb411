import { StatusLine } from './status-line.js';

/** Shows the progress of a long check on a terminal. Elsewhere it prints nothing. */
export class Progress {
  readonly #line: StatusLine;

  constructor(
    private readonly what: string,
    private readonly total: number,
    out?: NodeJS.WriteStream,
  ) {
    this.#line = new StatusLine(out);
  }

  update(done: number): void {
    this.#line.update(`${this.what} ${Math.floor((done / Math.max(1, this.total)) * 100)} %`);
  }

  end(): void {
    this.#line.end();
  }
}
