const EVERY_MS = 200;

/** Shows on a terminal, in one line, how far a long work is. Elsewhere it prints nothing. */
export class StatusLine {
  #shown = 0;

  constructor(private readonly out: NodeJS.WriteStream = process.stderr) {}

  update(text: string): void {
    if (!this.out.isTTY || Date.now() - this.#shown < EVERY_MS) return;
    this.#shown = Date.now();
    this.out.write(`\r${text}\u001b[K`);
  }

  end(): void {
    if (this.out.isTTY && this.#shown > 0) this.out.write('\r\u001b[K');
    this.#shown = 0;
  }
}
