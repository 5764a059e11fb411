import { describe, expect, it } from '@jest/globals';
import { changesOf } from '../../web/pages/files/text-changes.js';

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
const text = (of: readonly string[]) => of.map((line) => `${line}\n`).join('');

describe('changes of a text', () => {
  it('are the lines that differ, with some around, and what is left out is marked', () => {
    const earlier = lines(1, 20);
    const later = [...earlier.slice(0, 9), 'another', ...earlier.slice(10), 'the last'];
    expect(changesOf(text(earlier), text(later))).toEqual([
      null,
      { kind: 'same', lines: lines(7, 9) },
      { kind: 'removed', lines: ['line 10'] },
      { kind: 'added', lines: ['another'] },
      { kind: 'same', lines: lines(11, 13) },
      null,
      { kind: 'same', lines: lines(18, 20) },
      { kind: 'added', lines: ['the last'] },
    ]);
  });

  it('leave nothing out of short texts', () => {
    expect(changesOf('', 'a\n')).toEqual([{ kind: 'added', lines: ['a'] }]);
    expect(changesOf('a\nb\n', 'a\nc\n')).toEqual([
      { kind: 'same', lines: ['a'] },
      { kind: 'removed', lines: ['b'] },
      { kind: 'added', lines: ['c'] },
    ]);
  });
});
