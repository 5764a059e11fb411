import { describe, expect, it } from '@jest/globals';
import { StepProgress } from './step-progress.js';

/** What one update of a new step shows. */
function shown(done: number, about: number | null, isTTY = true): string {
  let text = '';
  const out = { isTTY, write: (each: string) => (text += each) } as unknown as NodeJS.WriteStream;
  new StepProgress(out).update('keys of contents', done, about);
  return text;
}

describe('the progress of several steps', () => {
  it('says how many rows were looked at, of about how many', () =>
    expect(shown(500, 1200)).toBe('\rkeys of contents: 500 of about 1200 rows\u001b[K'));

  it.each([null, 499])('names no number of all rows when it is %p', (about) =>
    expect(shown(500, about)).toBe('\rkeys of contents: 500 rows\u001b[K'),
  );

  it('shows the next step at once, in place of the one before', () => {
    let text = '';
    const out = { isTTY: true, write: (each: string) => (text += each) } as unknown as NodeJS.WriteStream;
    const progress = new StepProgress(out);
    progress.update('one', 1, null);
    progress.update('one', 2, null);
    progress.update('other', 3, null);
    progress.end();
    expect(text).toBe('\rone: 1 rows\u001b[K\r\u001b[K\rother: 3 rows\u001b[K\r\u001b[K');
  });

  it('prints nothing where there is no terminal', () => expect(shown(500, 1200, false)).toBe(''));
});
