import { Injectable } from '@nestjs/common';

/**
 * Checks whether one part can work now. It rejects, with a message for the operator, when it cannot. It
 * returns a sentence when it can work only partly.
 */
export type Check = () => Promise<string | void> | string | void;

/**
 * The check of a part, with its name. When an optional check fails, it is shown as failing, but requests are
 * still served.
 */
export interface RegisteredCheck {
  readonly name: string;
  readonly check: Check;
  readonly optional: boolean;
}

/** Where other parts register their checks, because `health` may not import them. */
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
