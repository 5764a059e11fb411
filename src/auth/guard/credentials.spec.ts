import { describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import type { SessionActor } from '../../common/access/actor.js';
import type { Credential } from './credential.js';
import { Credentials } from './credentials.js';

const request = { requestId: 'r', ip: null, userAgent: null };
const somebody: SessionActor = { type: 'session', userId: 'u', sessionId: 's', roles: ['user'], request };

/** Reads `shown` from every request, and knows whose it is. */
function credential(shown: string | null, owner: SessionActor | null): Credential<string> {
  return { read: () => shown, findActor: () => Promise.resolve(owner) };
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
    expect(await new Credentials(accepted).findActor({} as Request)).toBe(actor);
  });
});
