import { Injectable } from '@nestjs/common';

/** Whether this process should get new work; `/ready` and keep-alive go by it. */
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
