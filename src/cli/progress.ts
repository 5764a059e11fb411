const EVERY_MS = 200;

/** Shows the progress of a long check on a terminal. Elsewhere it prints nothing. */
export class Progress {
  #shown = 0;

  constructor(
    private readonly what: string,
    private readonly total: number,
    private readonly out: NodeJS.WriteStream = process.stderr,
  ) {}

  update(done: number): void {
    if (!this.out.isTTY || Date.now() - this.#shown < EVERY_MS) return;
    this.#shown = Date.now();
    this.out.write(`\r${this.what} ${Math.floor((done / Math.max(1, this.total)) * 100)} %`);
  }

  end(): void {
    if (this.out.isTTY && this.#shown > 0) this.out.write('\r\u001b[K');
  }
}
