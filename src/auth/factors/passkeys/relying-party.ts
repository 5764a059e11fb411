import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { errors } from '../../../common/refusals/errors.js';
import { AppConfig } from '../../../config/app-config.js';

/** For whom passkeys are made, and by whom they can be used (WebAuthn, section 5). */
export interface Party {
  /** The host that people use. Passkeys work on it alone, so they are lost when it changes. */
  readonly id: string;
  readonly origin: string;
}

/** The service as passkeys know it: by the host of `PUBLIC_URL`, never by a header of a request. */
@Injectable()
export class RelyingParty {
  readonly #party: Party | null;

  constructor(config: AppConfig) {
    const { hostname, origin } = new URL(config.http.publicUrl);
    // A relying party is a domain (WebAuthn, section 5.1.2). Browsers refuse addresses.
    const address = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
    this.#party = address ? null : { id: hostname, origin };
  }

  /** False when people reach the service by an IP address. */
  get available(): boolean {
    return this.#party !== null;
  }

  /** @throws `passkeys_unavailable` when there is none. */
  require(): Party {
    if (this.#party === null) throw errors.passkeysUnavailable();
    return this.#party;
  }
}
