import { describe, expect, it } from '@jest/globals';
import type { ExportReport } from '../../web/pages/activity/verifier/check-export.js';
import { sizeIn } from '../../web/pages/activity/verify/checkpoint-size.js';
import { lastCheck, tell } from '../../web/pages/activity/verify/verdict-words.js';
import type { Outcome } from '../../web/pages/activity/verify/outcome.js';

const KEY = { name: 'log.test', key_id: 'c74f20a3', vkey: 'log.test+c74f20a3+AR' };
const BEFORE = {
  vkey: KEY.vkey,
  note: 'log.test\n5\nroot\n\n— log.test sig\n',
  at: '2026-11-20T10:00:00.000Z',
};
const REPORT: ExportReport = {
  verdict: 'whole',
  fault: null,
  entry: null,
  why: null,
  entries: 8,
  withheld: 0,
  pruned: 0,
  older: 'none',
  checkpoint: 'note',
  logSize: 8,
};

function told(report: Partial<ExportReport>, part: Partial<Outcome> = {}) {
  const outcome: Outcome = {
    report: { ...REPORT, ...report },
    scope: { subject: null, named: false, seen: 7 },
    key: KEY,
    before: report.older === undefined ? null : BEFORE,
    bytes: 1000,
    at: '2026-11-27T10:00:00.000Z',
    fetched: 10,
    checked: 20,
    ...part,
  };
  const { tone, title, text, advice } = tell(outcome);
  return { tone, title, text: text.join(' '), advice: advice.join(' '), last: lastCheck(outcome) };
}

describe('the words of a verdict', () => {
  it('tell of a whole log, the first time and later', () => {
    expect(told({})).toMatchObject({
      tone: 'good',
      title: '8 entries, all whole',
      last: 'none in this browser',
    });
    expect(told({}).text).toMatch(/first check in this browser/);
    const again = told({ older: 'continued' });
    expect(again.tone).toBe('good');
    expect(again.text).toMatch(/The log continues the one you checked on Nov 20, 2026/);
    expect(again.last).toMatch(/^Nov 20, 2026.*, 5 entries$/);
  });

  it('tell of a trail, and of what is gone for good reasons', () => {
    const scope = { subject: 'alice', named: false, seen: null };
    const { text } = told({ entries: 3, withheld: 1, pruned: 2 }, { scope });
    expect(text).toMatch(/in the log of 8 entries\. None was left out\. 2 entries before them were removed/);
    expect(text).toMatch(/In 1 entry the personal values are not there, as after an erasure/);
  });

  it('do not call an export whole that ends before what the page shows', () => {
    const scope = { subject: null, named: false, seen: 8 };
    const found = told({ older: 'continued' }, { scope });
    expect(found).toMatchObject({ tone: 'warn', title: 'The answer is an older one' });
    expect(found.text).toMatch(/only the first 8 entries of the log, and this page shows entry 8\.$/);
  });

  it.each([
    ['the entry was changed', 41, 'Entry 41 is wrong', /^The entry was changed\. It was changed after/],
    [
      'the personal values are not those of the entry',
      2,
      'Entry 2 is wrong',
      /Address, device or names beside/,
    ],
    ['entry 3 is missing, doubled or out of order', 3, 'Entry 3 is wrong', /Something was left out/],
    ['entries are missing at the end', null, 'The trail is not whole', /Something was left out/],
    [
      'the checkpoint is not signed with this key',
      null,
      'The trail is not whole',
      /does not come from the log/,
    ],
    ['the entries are not those of the checkpoint', null, 'The trail is not whole', /Something was changed/],
    [
      'the export is a selection and not the whole log',
      null,
      'The trail is not whole',
      /not the trail that was/,
    ],
  ])('tell what is wrong, what it means and what to do: %s', (reason, seq, title, text) => {
    const found = told({ verdict: 'damaged', fault: { seq, reason } });
    expect(found).toMatchObject({ tone: 'wrong', title });
    expect(found.text).toMatch(text);
    expect(found.advice).toMatch(/^Check again first.*audit:check/);
  });

  it('tell that the log does not continue, before anything else but damage', () => {
    const key = { ...KEY, vkey: 'another' };
    const broken = told({ older: 'broken' }, { key });
    expect(broken).toMatchObject({ tone: 'wrong', title: 'The log does not continue the one you checked' });
    expect(broken.text).toMatch(
      /you checked a log of 5 entries\. The log of today does not begin with these/,
    );
    expect(told({ older: 'broken', logSize: 4 }).text).toMatch(/Now it has only 4 entries/);
    const both = told({
      older: 'broken',
      verdict: 'damaged',
      fault: { seq: 1, reason: 'the entry was changed' },
    });
    expect(both.title).toBe('Entry 1 is wrong');
    expect(both.text).toMatch(/does not begin with these/);
  });

  it('warn of another key, of a changed memory, and of what cannot be judged', () => {
    const key = { ...KEY, vkey: 'another' };
    expect(told({ older: 'continued' }, { key })).toMatchObject({
      tone: 'warn',
      title: 'The log is signed with another key',
    });
    const changed = told({ older: 'unreadable' }, { before: { vkey: '', note: '', at: '' } });
    expect(changed).toMatchObject({ tone: 'warn', title: '8 entries, all whole', last: 'cannot be read' });
    expect(told({ verdict: 'unclear', why: 'the last line holds no checkpoint' })).toMatchObject({
      tone: 'warn',
    });
  });

  it('read the size of a checkpoint without believing it', () => {
    expect([BEFORE.note, '', 'a\n0\n', 'a\nx\n'].map(sizeIn)).toEqual([5, null, null, null]);
  });
});
