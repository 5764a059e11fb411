import { describe, expect, it } from '@jest/globals';
import { within } from './within.js';

const never = new Promise<string>(() => undefined);
const late = () => 'late';

describe('within', () => {
  it('settles like the work', async () => {
    expect(await within(1000, Promise.resolve('done'), late)).toBe('done');
    await expect(within(1000, Promise.reject(new Error('broken')), late)).rejects.toThrow('broken');
  });

  it('settles with the given outcome when the work takes too long', async () => {
    expect(await within(10, never, late)).toBe('late');
    const expired = () => {
      throw new Error('too late');
    };
    await expect(within(10, never, expired)).rejects.toThrow('too late');
    await expect(within(10, never)).rejects.toThrow('no answer within 10 ms');
  });

  it('ignores a later failure of the work', async () => {
    let fail = (_error: Error): void => undefined;
    const work = new Promise<string>((_resolve, reject) => (fail = reject));
    expect(await within(1, work, late)).toBe('late');
    fail(new Error('nobody listens'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
