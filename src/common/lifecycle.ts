import { Injectable } from '@nestjs/common';

/** Whether this process should get new work; `/ready` and keep-alive go by it. */
@Injectable()
export class Lifecycle {
  readonly #listeners: (() => void)[] = [];
  #stopping = false;

  get stopping(): boolean {
    return this.#stopping;
  }

  /** Calls `listener` when the stop begins. */
  onStop(listener: () => void): void {
    this.#listeners.push(listener);
  }

  beginStop(): void {
    this.#stopping = true;
    for (const listener of this.#listeners) listener();
  }
}
