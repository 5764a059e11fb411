import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { KeyActor } from '../../common/access/actor.js';
import { contextOf } from '../../common/access/request-context.js';
import { claimsToBeKey } from '../keys/key-secret.js';
import { LiveKeys } from '../keys/live-keys.js';
import { bearerToken } from './bearer-token.js';
import type { Credential } from './credential.js';

/** An API key: acts for its user, within its scopes. */
@Injectable()
export class ApiKeyCredential implements Credential<string> {
  constructor(private readonly keys: LiveKeys) {}

  read(request: Request): string | null {
    const token = bearerToken(request);
    return token !== null && claimsToBeKey(token) ? token : null;
  }

  findActor(request: Request, key: string): Promise<KeyActor | null> {
    return this.keys.findActor(contextOf(request), key);
  }
}
