import { Progress } from './progress.js';

/** Shows the progress of work in several steps on a terminal, one step after the other. Elsewhere it prints nothing. */
export class StepProgress {
  #step: { readonly what: string; readonly total: number; readonly progress: Progress } | null = null;

  update(what: string, done: number, total: number): void {
    if (this.#step?.what !== what || this.#step.total !== total) {
      this.end();
      this.#step = { what, total, progress: new Progress(what, total) };
    }
    this.#step.progress.update(done);
  }

  end(): void {
    this.#step?.progress.end();
    this.#step = null;
  }
}
