import { Injectable } from '@nestjs/common';

/** Tells whether this process accepts new work. `/ready` and keep-alive depend on it. */
@Injectable()
export class Lifecycle {
  #stopping = false;

  get stopping(): boolean {
    return this.#stopping;
  }

  beginStop(): void {
    this.#stopping = true;
  }
}
