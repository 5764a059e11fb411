import { Secret, TOTP } from 'otpauth';

/** RFC 4226, section 4, R6: at least 128 bits, 160 recommended. */
const SECRET_BYTES = 20;
const PERIOD_SECONDS = 30;
/** Steps before and after the present one whose code is accepted (RFC 6238, section 5.2). */
const WINDOW = 1;

/** One-time codes by time (RFC 6238): SHA-1, six digits, 30 s, as every authenticator app has them. */
export class Totp {
  readonly #totp: TOTP;

  /** @param label what the app shows: the e-mail of the account. @param issuer the name of the service. */
  constructor(secret: Uint8Array, label: string, issuer: string) {
    const bytes = new Uint8Array(secret);
    this.#totp = new TOTP({
      issuer,
      label,
      secret: new Secret({ buffer: bytes.buffer }),
      period: PERIOD_SECONDS,
    });
  }

  static newSecret(): Uint8Array {
    return new Secret({ size: SECRET_BYTES }).bytes;
  }

  /** The secret in base32, for people who type it. */
  get secret(): string {
    return this.#totp.secret.base32;
  }

  /** What an app reads from the QR picture. */
  get uri(): string {
    return this.#totp.toString();
  }

  /** The time step of a code, or null when the code is wrong. The code is compared in constant time. */
  stepOf(code: string, timestamp = Date.now()): number | null {
    const delta = this.#totp.validate({ token: code, timestamp, window: WINDOW });
    return delta === null ? null : this.#totp.counter({ timestamp }) + delta;
  }
}
