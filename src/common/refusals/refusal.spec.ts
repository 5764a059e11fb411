import { describe, expect, it } from '@jest/globals';
import { ApiError, refusal, retryAfter } from './refusal.js';

describe('an entry of the catalogue', () => {
  it('makes a refusal with one sentence for every time', () => {
    const error = refusal('no_tea', 418, 'No tea', 'There is none.')();
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 'no_tea', status: 418, title: 'No tea', detail: 'There is none.' });
    expect(error).toMatchObject({ name: 'ApiError', message: 'no_tea: There is none.', headers: {} });
  });

  it('says by values what happened this time', () => {
    const tooHot = refusal('too_hot', 409, 'Too hot', (degrees: number) => `It has ${degrees} degrees.`);
    expect(tooHot(90).detail).toBe('It has 90 degrees.');
  });

  it('adds header fields, further members and a cause', () => {
    const cause = new Error('power cut');
    const cold = refusal('cold', 503, 'Cold', (seconds: number, reason: unknown) => ({
      detail: 'Wait.',
      headers: retryAfter(seconds),
      extensions: { degrees: 4 },
      cause: reason,
    }));
    expect(cold(1.2, cause)).toMatchObject({
      headers: { 'Retry-After': '2' },
      extensions: { degrees: 4 },
      cause,
    });
    expect(cold(0, cause).headers).toEqual({ 'Retry-After': '1' });
  });
});
