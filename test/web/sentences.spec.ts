import { describe, expect, it } from '@jest/globals';
import { ACTIONS } from '../../src/audit/record/actions.js';
import type { Entry } from '../../web/api/types.js';
import { sentenceOf, SENTENCES } from '../../web/pages/activity/sentences.js';
import { programOf } from '../../web/parts/program-name.js';
import { TOPICS } from '../../web/pages/activity/topics.js';

const ENTRY: Entry = {
  id: '01a20f02-cbd3-715b-bc34-076e87b3ad13',
  user_id: null,
  actor: { type: 'user', id: null },
  action: 'FILE_UPLOAD',
  resource: null,
  resource_type: 'file',
  ip: '203.0.113.7',
  user_agent: 'curl/8.5.0',
  metadata: {},
  timestamp: '2026-11-27T10:00:00.000Z',
  outcome: 'success',
  request_id: null,
  seq: 1,
};
const told = (part: Partial<Entry>) => sentenceOf({ ...ENTRY, ...part });

describe('the sentences of the trail', () => {
  it('are there for every action that the service records, and for no other', () => {
    expect(Object.keys(SENTENCES).sort()).toEqual(Object.keys(ACTIONS).sort());
  });

  it('tell what, how much and why', () => {
    expect(told({ metadata: { filename: 'a.pdf', size: 1200 } })).toBe('Uploaded “a.pdf” (1.2 KB)');
    expect(told({ metadata: {} })).toBe('Uploaded a file');
    expect(told({ action: 'USER_LOGIN' })).toBe('Signed in with curl');
    expect(told({ action: 'LOGIN_FAILED', outcome: 'failure', metadata: { reason: 'wrong_password' } })).toBe(
      'Sign-in refused: wrong password',
    );
    expect(
      told({ action: 'PASSWORD_CHANGE', outcome: 'denied', metadata: { reason: 'wrong_password' } }),
    ).toBe('Changed the password (refused: wrong password)');
    expect(told({ action: 'FILE_DELETE', metadata: { filename: 'a', by_key: 'k' } })).toBe(
      'Moved “a” to the trash, by an API key',
    );
    expect(told({ action: 'NEW_ACTION' })).toBe('New action');
  });

  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
      'Chrome on Linux',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1',
      'Safari on iPhone',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0',
      'Firefox on macOS',
    ],
    ['python-requests/2.32', 'python-requests'],
    [null, 'an unknown program'],
  ])('name the program of %s', (agent, program) => {
    expect(programOf(agent)).toBe(program);
  });

  it('have topics of at most 20 actions, each of which is recorded', () => {
    for (const { actions } of TOPICS) {
      expect(actions.length).toBeLessThanOrEqual(20);
      for (const pattern of actions) {
        const matches = (action: string) =>
          pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action === pattern;
        expect([pattern, Object.keys(ACTIONS).some(matches)]).toEqual([pattern, true]);
      }
    }
  });
});
