import type { Provider } from '@nestjs/common';
import type { Request } from 'express';
import type { Actor } from '../../common/access/actor.js';
import { AccessTokenCredential } from './access-token.credential.js';
import { ApiKeyCredential } from './api-key.credential.js';
import type { Credential } from './credential.js';

/** The credentials that are accepted, in the order in which a request is searched for them. */
const ACCEPTED = [AccessTokenCredential, ApiKeyCredential];

/** Finds the caller by the first accepted credential that a request shows. */
export class Credentials {
  constructor(private readonly accepted: readonly Credential[]) {}

  /** The caller; null when the request shows no credential, or one that is not valid. */
  async findActor(request: Request): Promise<Actor | null> {
    for (const credential of this.accepted) {
      const shown = credential.read(request);
      if (shown !== null) return credential.findActor(request, shown);
    }
    return null;
  }
}

/** What Nest makes `Credentials` of. */
export const CREDENTIALS: Provider[] = [
  ...ACCEPTED,
  {
    provide: Credentials,
    useFactory: (...accepted: Credential[]) => new Credentials(accepted),
    inject: ACCEPTED,
  },
];
