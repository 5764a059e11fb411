import { StatusLine } from './status-line.js';

/** Shows the progress of work in several steps on a terminal, one step after the other. Elsewhere it prints nothing. */
export class StepProgress {
  readonly #line: StatusLine;
  #what: string | null = null;

  constructor(out?: NodeJS.WriteStream) {
    this.#line = new StatusLine(out);
  }

  /** @param about how many rows there are. It may be wrong; null when nothing is known. */
  update(what: string, done: number, about: number | null): void {
    if (this.#what !== what) this.#line.end();
    this.#what = what;
    this.#line.update(`${what}: ${done}${about === null || about < done ? '' : ` of about ${about}`} rows`);
  }

  end(): void {
    this.#line.end();
  }
}
