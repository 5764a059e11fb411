import { emailChange } from './email-change.js';
import { emailChanged } from './email-changed.js';
import { emailVerification } from './email-verification.js';
import { factorChanged } from './factor-changed.js';
import type { Content, Facts } from './letter.js';
import { newDevice } from './new-device.js';
import { newKey } from './new-key.js';
import { passwordChanged } from './password-changed.js';
import { passwordReset } from './password-reset.js';
import type { TokenPurpose } from './token-purpose.js';

const HOUR_MS = 3_600_000;

/** The token that the link of a letter carries. */
export interface LetterToken {
  readonly purpose: TokenPurpose;
  readonly ttlMs: number;
}

interface Letter {
  readonly write: (facts: Facts) => Content;
  readonly token?: LetterToken;
}

/** Every letter of the service. A new one is a file here and a line. */
export const LETTERS = {
  password_reset: { write: passwordReset, token: { purpose: 'password_reset', ttlMs: HOUR_MS } },
  email_verification: {
    write: emailVerification,
    token: { purpose: 'email_verification', ttlMs: 24 * HOUR_MS },
  },
  email_change: { write: emailChange, token: { purpose: 'email_change', ttlMs: 24 * HOUR_MS } },
  email_changed: { write: emailChanged },
  password_changed: { write: passwordChanged },
  factor_changed: { write: factorChanged },
  new_device: { write: newDevice },
  new_key: { write: newKey },
} as const satisfies Record<string, Letter>;

export type LetterName = keyof typeof LETTERS;

/** The letters whose links are for one of these purposes. */
export const lettersFor = (purposes: readonly TokenPurpose[]): LetterName[] =>
  (Object.keys(LETTERS) as LetterName[]).filter((name) => {
    const { token } = letterOf(name);
    return token !== undefined && purposes.includes(token.purpose);
  });

/** The letter with this name. */
export const letterOf = (name: LetterName): Letter => LETTERS[name];
