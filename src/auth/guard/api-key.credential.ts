import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { contextOf } from '../../common/access/request-context.js';
import { claimsToBeKey } from '../keys/key-secret.js';
import { LiveKeys } from '../keys/live-keys.js';
import { bearerToken } from './bearer-token.js';
import type { Credential, Identified } from './credential.js';

/** An API key. It acts for its user, within its scopes. */
@Injectable()
export class ApiKeyCredential implements Credential<string> {
  constructor(private readonly keys: LiveKeys) {}

  read(request: Request): string | null {
    const token = bearerToken(request);
    return token !== null && claimsToBeKey(token) ? token : null;
  }

  async identify(request: Request, key: string): Promise<Identified | null> {
    const actor = await this.keys.findActor(contextOf(request), key);
    return actor && { actor };
  }
}
