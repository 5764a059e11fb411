import { Injectable } from '@nestjs/common';

/**
 * Says whether one part can do its work now: rejects, with words for the operator, when it cannot. Where it can do the
 * most of it, it gives a sentence about the rest.
 */
export type Check = () => Promise<string | void> | string | void;

/** A part's check under its name. One that is optional is shown as failing, and requests are served all the same. */
export interface RegisteredCheck {
  readonly name: string;
  readonly check: Check;
  readonly optional: boolean;
}

/** Where parts that `health` may not import register their own check. */
@Injectable()
export class ReadinessChecks {
  readonly #checks: RegisteredCheck[] = [];

  register(name: string, check: Check): void {
    this.#checks.push({ name, check, optional: false });
  }

  registerOptional(name: string, check: Check): void {
    this.#checks.push({ name, check, optional: true });
  }

  entries(): readonly RegisteredCheck[] {
    return this.#checks;
  }
}
