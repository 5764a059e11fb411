import { describe, expect, it } from '@jest/globals';
import { runPhases } from './shutdown.js';

describe('runPhases', () => {
  it('runs every phase in order, even after a failed one, and reports that the stop was not clean', async () => {
    const ran: string[] = [];
    const phase = (name: string, error?: Error) => ({
      name,
      run: () => {
        ran.push(name);
        if (error !== undefined) throw error;
      },
    });
    expect(await runPhases([phase('one'), phase('two')], Date.now() + 1000)).toBe(true);
    expect(await runPhases([phase('three', new Error('no')), phase('four')], Date.now() + 1000)).toBe(false);
    expect(ran).toEqual(['one', 'two', 'three', 'four']);
  });

  it('does not wait for a phase that outlasts the grace and the extra time', async () => {
    const never = { name: 'never', run: () => new Promise<void>(() => undefined) };
    expect(await runPhases([never], Date.now() - 10)).toBe(false);
  }, 10_000);
});
