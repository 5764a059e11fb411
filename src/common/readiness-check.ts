import { Injectable } from '@nestjs/common';

/**
 * Says whether one part can do its work now: rejects, with words for the operator, when it cannot. Where it can do the
 * most of it, it gives a sentence about the rest.
 */
export type Check = () => Promise<string | void> | string | void;

/** Where parts that `health` may not import register their own check. */
@Injectable()
export class ReadinessChecks {
  readonly #checks = new Map<string, Check>();

  register(name: string, check: Check): void {
    this.#checks.set(name, check);
  }

  entries(): [string, Check][] {
    return [...this.#checks];
  }
}
