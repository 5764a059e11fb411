import { TOTP } from 'otpauth';
import type { Client } from './client.js';

/** An authenticator app of a user. Each code that it gives is of a later step than the one before. */
export class Authenticator {
  readonly #totp: TOTP;
  #step: number;

  constructor(
    readonly id: string,
    secret: string,
  ) {
    this.#totp = new TOTP({ secret });
    // The service accepts one step either side: with the earlier one, three codes are good at any moment.
    this.#step = Math.floor(Date.now() / 30_000) - 2;
  }

  /** A code that was not given before, and that is good now. There are three at a time. */
  next(): string {
    this.#step = Math.max(this.#step + 1, Math.floor(Date.now() / 30_000) - 1);
    return this.#totp.generate({ timestamp: this.#step * 30_000 });
  }

  /** Some wrong code. */
  wrong(): string {
    const right = new Set(
      [-2, -1, 0, 1, 2].map((offset) => this.#totp.generate({ timestamp: Date.now() + offset * 30_000 })),
    );
    return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !right.has(code))!;
  }
}

/** Adds an app to the account of `client`. @returns the app, and the recovery codes. */
export async function addAuthenticator(
  client: Client,
): Promise<{ app: Authenticator; recoveryCodes: string[]; confirmedWith: string }> {
  const { body } = await client.json<{ id: string; secret: string }>('POST', '/api/auth/factors/totp', {});
  const app = new Authenticator(body.id, body.secret);
  const path = `/api/auth/factors/totp/${body.id}/confirm`;
  let code = app.next();
  let confirmed = await client.json<{ recovery_codes: string[] }>('POST', path, { code });
  // The oldest of the three codes has become too old on its way.
  if (confirmed.status === 401) {
    code = app.next();
    confirmed = await client.json('POST', path, { code });
  }
  if (confirmed.status !== 200)
    throw new Error(`confirm answered ${confirmed.status} ${JSON.stringify(confirmed.body)}`);
  return { app, recoveryCodes: confirmed.body.recovery_codes, confirmedWith: code };
}
