const WINDOW_MS = 4000;

/** How fast something goes on, over the last seconds. */
export class Speed {
  readonly #marks: { readonly at: number; readonly bytes: number }[] = [];

  /** @param bytes that are done by now. */
  mark(bytes: number, at = performance.now()): void {
    this.#marks.push({ at, bytes });
    while (this.#marks.length > 2 && this.#marks[0]!.at < at - WINDOW_MS) this.#marks.shift();
  }

  /** Bytes a second. */
  get value(): number {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    if (first === undefined || last === undefined || last.at === first.at) return 0;
    return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
  }

  reset(): void {
    this.#marks.length = 0;
  }
}
