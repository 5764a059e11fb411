import type { Provider } from '@nestjs/common';
import type { Request } from 'express';
import { AccessTokenCredential } from './access-token.credential.js';
import { ApiKeyCredential } from './api-key.credential.js';
import type { Credential, Identified } from './credential.js';
import { SignedRequestCredential } from './signed-request.credential.js';

/**
 * The accepted kinds of credentials, in the order in which they are tried. A signature is first, because it refuses a token
 * beside it.
 */
const ACCEPTED = [SignedRequestCredential, AccessTokenCredential, ApiKeyCredential];

/** Identifies the caller by the first accepted credential in the request. */
export class Credentials {
  constructor(private readonly accepted: readonly Credential[]) {}

  /** The caller. Null when the request has no credential or an invalid one. */
  async identify(request: Request): Promise<Identified | null> {
    for (const credential of this.accepted) {
      const shown = credential.read(request);
      if (shown !== null) return credential.identify(request, shown);
    }
    return null;
  }
}

/** The providers of `Credentials` and its parts. */
export const CREDENTIALS: Provider[] = [
  ...ACCEPTED,
  {
    provide: Credentials,
    useFactory: (...accepted: Credential[]) => new Credentials(accepted),
    inject: ACCEPTED,
  },
];
