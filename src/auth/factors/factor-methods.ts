import { Injectable } from '@nestjs/common';
import type { Factor } from './factor.entity.js';
import { Factors } from './factors.js';
import type { RequestOptions } from './passkeys/passkey-options.response.js';
import { PasskeyOptions } from './passkeys/passkey-options.js';
import { RecoveryCodes } from './recovery-codes/recovery-codes.js';

/** In which ways a user can show a second factor. */
export const FACTOR_METHODS = ['totp', 'passkey', 'recovery_code'] as const;
export type FactorMethod = (typeof FACTOR_METHODS)[number];

/** How a user can show a second factor. */
export interface FactorDemand {
  readonly methods: readonly FactorMethod[];
  /** What the browser needs for `passkey`. Absent without it. */
  readonly options?: RequestOptions;
}

/** Knows how each user can show a second factor. */
@Injectable()
export class FactorMethods {
  constructor(
    private readonly factors: Factors,
    private readonly codes: RecoveryCodes,
    private readonly passkeys: PasskeyOptions,
  ) {}

  /** The kinds of confirmed factors that a user can show here. */
  async typesOf(userId: string): Promise<Factor['type'][]> {
    const types = new Set((await this.factors.list(userId)).map(({ type }) => type));
    if (!this.passkeys.available) types.delete('passkey');
    return [...types];
  }

  /** All ways of a user with a factor. @param challenge what a passkey has to sign. */
  async demandOf(userId: string, challenge: string): Promise<FactorDemand> {
    const types = await this.typesOf(userId);
    const methods = (await this.codes.left(userId)) > 0 ? [...types, 'recovery_code' as const] : types;
    const options = types.includes('passkey') ? await this.passkeys.forUser(userId, challenge) : null;
    return options === null ? { methods } : { methods, options };
  }
}
