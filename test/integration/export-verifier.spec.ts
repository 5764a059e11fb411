import { describe, expect, it } from '@jest/globals';
import { leafHash } from '../../src/audit/merkle/hashing.js';
import { NoVerdict } from '../../src/audit/verify/export-verdict.js';
import { edit, editEntry, verifyLines as verify, withRows } from '../support/export-lines.js';
import { SmallLog } from '../support/small-log.js';

const FLIPS = Number(process.env.BIT_FLIPS ?? 2000);

const log = new SmallLog().add(
  null,
  'alice',
  'bob',
  'alice',
  'bob',
  'alice',
  null,
  'alice',
  'bob',
  'carol',
  'alice',
);
const whole = log.whole();

describe('a whole export', () => {
  it('is the whole log', () => {
    expect(verify(log, whole)).toMatchObject({ fault: null, kind: 'log', rows: 11, withheld: 0, pruned: 0 });
  });

  it('is all entries of one subject, or a selection', () => {
    expect(verify(log, log.ofSubject('alice'))).toMatchObject({ fault: null, kind: 'subject', rows: 5 });
    expect(verify(log, log.selection([2, 4, 9]))).toMatchObject({ fault: null, kind: 'selection', rows: 3 });
  });

  it('continues an older checkpoint', () => {
    for (let size = 1; size <= 11; size++) {
      expect(verify(log, whole, log.checkpoint(size)).fault).toBeNull();
    }
  });

  it('may have withheld values and a pruned front', () => {
    const erased = whole.with(
      3,
      edit(whole[3]!, (value) => ({ ...value, private: null })),
    );
    expect(verify(log, erased)).toMatchObject({ fault: null, withheld: 1 });
    for (const pruned of [1, 4, 7, 10]) {
      expect(verify(log, log.whole(pruned))).toMatchObject({ fault: null, pruned, rows: 11 - pruned });
    }
    expect(verify(log, log.whole(4), log.checkpoint(6)).fault).toBeNull();
  });
});

describe('attacks on an export', () => {
  const forged = new SmallLog(undefined, 'log.test').add(null, 'alice');

  const attacks: [string, () => readonly string[], number | null][] = [
    ['an edited entry', () => whole.with(3, editEntry(whole[3]!, { outcome: 'failure' })), 3],
    [
      'an edited entry between two of its subject',
      () => whole.with(5, editEntry(whole[5]!, { outcome: 'failure' })),
      5,
    ],
    ['a deletion in the middle', () => withRows(whole.toSpliced(4, 1)), 4],
    ['a tail cut off', () => withRows(whole.toSpliced(9, 2)), 9],
    ['two entries swapped', () => whole.with(4, whole[5]!).with(5, whole[4]!), 4],
    [
      'a changed private value',
      () =>
        whole.with(
          2,
          edit(whole[2]!, ({ private: secret, ...rest }) => ({
            ...rest,
            private: { ...(secret as object), values: { ip: '192.0.2.1' } },
          })),
        ),
      2,
    ],
    [
      'a changed seq',
      () =>
        whole.with(
          6,
          edit(whole[6]!, (value) => ({ ...value, seq: 60 })),
        ),
      6,
    ],
    ['another key', () => forged.whole(), null],
    [
      'an older checkpoint with a newer export',
      () => whole.with(-1, JSON.stringify({ checkpoint: log.checkpoint(8), rows: 11 })),
      8,
    ],
    [
      'a forged subject_prev',
      () => whole.with(5, editEntry(whole[5]!, { subject_prev: leafHash('x').toString('base64') })),
      5,
    ],
    ['a doubled line', () => withRows(whole.toSpliced(5, 0, whole[5]!)), 5],
    [
      'an altered checkpoint size',
      () =>
        whole.with(
          -1,
          edit(whole.at(-1)!, (value) => ({
            ...value,
            checkpoint: (value.checkpoint as string).replace('\n11\n', '\n10\n'),
          })),
        ),
      null,
    ],
    [
      'a wrong number of rows',
      () =>
        whole.with(
          -1,
          edit(whole.at(-1)!, (value) => ({ ...value, rows: 10 })),
        ),
      null,
    ],
    [
      'an entry that is no entry',
      () =>
        whole.with(
          4,
          edit(whole[4]!, (value) => ({ ...value, entry: '{}' })),
        ),
      4,
    ],
    ['a line that is no line', () => whole.with(4, 'nonsense'), 4],
    ['a line written otherwise', () => whole.with(4, whole[4]!.replace('"seq":4', '"seq": 4')), 4],
    [
      'a malformed salt',
      () =>
        whole.with(
          2,
          edit(whole[2]!, (value) => ({ ...value, private: { salt: 'AA==', values: {} } })),
        ),
      2,
    ],
    ['something after the checkpoint', () => [...whole.slice(0, -1), whole.at(-1)!, whole.at(-1)!], null],
    [
      'entries beyond the checkpoint',
      () => withRows([...whole.slice(0, 11), whole[10]!.replaceAll('10', '11'), whole[11]!]),
      11,
    ],
    ['a pruned line that hides entries', () => withRows([log.prunedLine(5), ...whole.slice(6)]), 5],
    [
      'a malformed pruned line',
      () => ['{"pruned":{"size":3,"hashes":["AA=="],"note":""}}', ...whole.slice(3)],
      0,
    ],
    [
      'a pruned line of the wrong length',
      () => ['{"pruned":{"size":3,"hashes":[],"note":""}}', ...whole.slice(3)],
      0,
    ],
    ['a proof in the whole log', () => whole.with(5, log.selection([5])[0]!), 5],
    ['a line after the checkpoint', () => [...whole, ''], null],
    ['an entry after the checkpoint', () => [...whole, whole[3]!], null],
  ];

  it.each(attacks)('finds %s', (_, attack, seq) => {
    const { fault } = verify(log, attack());
    expect(fault?.reason).toEqual(expect.any(String));
    expect(fault?.seq).toBe(seq);
  });

  it('finds missing and wrong parts in the export of one subject', () => {
    const own = log.ofSubject('alice');
    expect(verify(log, withRows(own.toSpliced(2, 1))).fault).toMatchObject({
      seq: 7,
      reason: expect.stringContaining('entry 2 of alice is missing'),
    });
    expect(verify(log, withRows(own.toSpliced(4, 1))).fault?.reason).toContain('newest are missing');
    expect(verify(log, withRows(own.toSpliced(0, 1))).fault?.seq).toBe(3);
    expect(verify(log, withRows(own.toSpliced(2, 0, log.selection([2])[0]!))).fault).not.toBeNull();
    const other = log.ofSubject('bob').at(-1)!;
    expect(
      verify(
        log,
        own.with(
          -1,
          edit(other, (value) => ({ ...value, rows: 5 })),
        ),
      ).fault?.reason,
    ).toContain('another subject');
  });

  it('finds an entry of a selection that is not in the log', () => {
    const lines = log.selection([2, 4, 9]);
    expect(verify(log, lines.with(1, editEntry(lines[1]!, { outcome: 'failure' }))).fault?.seq).toBe(4);
    const proof = (change: (proof: string[]) => string[]) =>
      verify(
        log,
        lines.with(
          0,
          edit(lines[0]!, (value) => ({ ...value, proof: change(value.proof as string[]) })),
        ),
      ).fault?.seq;
    expect(proof((hashes) => hashes.slice(1))).toBe(2);
    expect(proof(() => ['nonsense'])).toBe(2);
    expect(verify(log, [lines[1]!, lines[0]!, lines[2]!, lines[3]!]).fault?.seq).toBe(2);
  });

  it('finds that a log was restored or rewritten since an older checkpoint', () => {
    const before = new SmallLog(log.privateKey).add(null, 'alice', 'bob', 'alice', 'bob');
    expect(verify(log, before.whole(), log.checkpoint()).fault?.reason).toContain('had 11 entries');
    expect(verify(log, whole, before.add(null).checkpoint(5)).fault?.reason).toContain('older checkpoint');
  });

  it(`finds each of ${FLIPS} random single-bit changes`, () => {
    const exports = [whole, log.ofSubject('alice'), log.selection([2, 4, 9]), log.whole(5)];
    const unseen: string[] = [];
    for (let i = 0; i < FLIPS; i++) {
      const bytes = Buffer.from(exports[i % exports.length]!.join('\n') + '\n');
      const bit = Math.floor(Math.random() * bytes.length * 8);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      if (!isFound(bytes)) unseen.push(`export ${i % exports.length}, bit ${bit}`);
    }
    expect(unseen).toEqual([]);
  });

  /** Splits at line feeds, as the command does. */
  function isFound(bytes: Buffer): boolean {
    const lines: Buffer[] = [];
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(10, start);
      lines.push(bytes.subarray(start, end < 0 ? bytes.length : end));
      start = end < 0 ? bytes.length : end + 1;
    }
    try {
      return verify(log, lines).fault !== null;
    } catch (error) {
      return error instanceof NoVerdict;
    }
  }
});

describe('no verdict', () => {
  it.each([
    ['nonsense', ['nonsense']],
    ['an export that broke off', whole.slice(0, -1)],
    ['nothing', []],
    ['lines without a checkpoint', [...whole.slice(0, 3), '']],
    ['a last line that is none', [...whole.slice(0, -1), '{"checkpoint":5,"rows":11}']],
  ])('is possible on %s', (_, lines) => expect(() => verify(log, lines)).toThrow(NoVerdict));

  it('is possible when a selection, or a log pruned beyond the checkpoint, should continue an older one', () => {
    expect(() => verify(log, log.selection([2]), log.checkpoint(3))).toThrow(NoVerdict);
    expect(() => verify(log, log.whole(5), log.checkpoint(3))).toThrow(NoVerdict);
  });
});
