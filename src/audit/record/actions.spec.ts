import { describe, expect, it } from '@jest/globals';
import { ACTIONS, RECORDS } from './actions.js';

describe('RECORDS', () => {
  it('gives an action the same codes in all tables', () => {
    for (const { action, codes } of Object.values(RECORDS))
      expect([action, ACTIONS[action]]).toEqual([action, codes]);
  });

  it('names actions as in the specification', () => {
    for (const action of Object.keys(ACTIONS)) expect(action).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
  });
});
