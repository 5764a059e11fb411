import { describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import type { SessionActor } from '../../common/access/actor.js';
import type { Credential } from './credential.js';
import { Credentials } from './credentials.js';

const request = { requestId: 'r', ip: null, userAgent: null };
const somebody: SessionActor = { type: 'session', userId: 'u', sessionId: 's', roles: ['user'], request };

/** A credential that reads `shown` from every request and belongs to `owner`. */
function credential(shown: string | null, owner: SessionActor | null): Credential<string> {
  return { read: () => shown, identify: () => Promise.resolve(owner && { actor: owner }) };
}

describe('Credentials', () => {
  it.each([
    ['nobody without any', [credential(null, somebody)], null],
    ['the owner of the first that is shown', [credential(null, null), credential('b', somebody)], somebody],
    [
      'nobody when the first that is shown is not valid, whatever else is shown',
      [credential('a', null), credential('b', somebody)],
      null,
    ],
  ])('find %s', async (_, accepted, actor) => {
    expect((await new Credentials(accepted).identify({} as Request))?.actor ?? null).toBe(actor);
  });
});
