import { describe, expect, it } from '@jest/globals';
import {
  checkExport,
  checkpointIn,
  type ExportTask,
} from '../../web/pages/activity/verifier/check-export.js';
import { editEntry } from '../support/export-lines.js';
import { SmallLog } from '../support/small-log.js';

const log = new SmallLog().add(null, 'alice', 'bob', 'alice', 'bob');
const monday = log.checkpoint();
const { vkey } = log.verifier;
log.add('alice', null, 'alice');

const exportOf = (lines: readonly string[]) => new Blob(lines.map((line) => `${line}\n`));
const older = (note = monday, from = 5, key = vkey) => ({
  vkey: key,
  note,
  proof: from < 8 ? log.consistency(from, 8).map((hash) => hash.toString('base64')) : [],
});
const check = (lines: readonly string[], task: Partial<ExportTask> = {}) =>
  checkExport({ exported: exportOf(lines), vkey, subject: null, older: null, ...task }, () => undefined);

describe('an export in the browser', () => {
  it('is whole, of the whole log and of one user', async () => {
    expect(await check(log.whole())).toEqual({
      verdict: 'whole',
      fault: null,
      entry: null,
      why: null,
      entries: 8,
      withheld: 0,
      pruned: 0,
      older: 'none',
      checkpoint: log.checkpoint(),
      logSize: 8,
    });
    expect(await check(log.ofSubject('alice'), { subject: 'alice' })).toMatchObject({
      verdict: 'whole',
      entries: 4,
      logSize: 8,
    });
    expect(await check(log.whole(3), { older: older() })).toMatchObject({
      verdict: 'whole',
      pruned: 3,
      older: 'continued',
    });
  });

  it('is damaged where one entry is changed, which is named and shown', async () => {
    const lines = log.whole();
    lines[3] = editEntry(lines[3]!, { outcome: 'denied' });
    const { verdict, fault, entry } = await check(lines);
    expect([verdict, fault?.seq]).toEqual(['damaged', 3]);
    expect(JSON.parse(entry!)).toMatchObject({ seq: 3, outcome: 'denied' });
  });

  it('has no entry to show where the entry is missing', async () => {
    const { fault, entry } = await check(log.whole().toSpliced(3, 1));
    expect(fault?.seq).toBe(3);
    expect(entry).toBeNull();
  });

  it('is damaged when it is of another kind or user than asked for, or signed with another key', async () => {
    const damaged = async (lines: readonly string[], task: Partial<ExportTask>) =>
      (await check(lines, task)).fault?.reason;
    expect(await damaged(log.ofSubject('alice'), {})).toBe(
      'the export is everything of one user and not the whole log',
    );
    expect(await damaged(log.ofSubject('alice'), { subject: 'bob' })).toBe(
      'the entries are those of another user',
    );
    expect(await damaged(log.selection([1, 3]), { subject: 'alice' })).toMatch(/^the export is a selection/);
    const other = new SmallLog();
    const report = await check(log.whole(), { vkey: other.verifier.vkey, older: older() });
    expect(report).toMatchObject({ verdict: 'damaged', checkpoint: null, older: 'unjudged', logSize: 0 });
  });

  it('is not judged when it is no export, or the key is none', async () => {
    expect(await check(['{"a":1}'])).toMatchObject({
      verdict: 'unclear',
      why: 'the last line holds no checkpoint',
    });
    expect(await check([])).toMatchObject({ verdict: 'unclear', checkpoint: null });
    expect(await check(log.whole(), { vkey: 'none' })).toMatchObject({ verdict: 'unclear' });
  });

  it('continues an older checkpoint, also one under an older key, or shows that it does not', async () => {
    const verdictOn = async (given: ExportTask['older']) =>
      (await check(log.whole(), { older: given })).older;
    expect(await verdictOn(older())).toBe('continued');
    expect(await verdictOn(older(log.checkpoint(), 8))).toBe('continued');

    const formerly = new SmallLog(undefined, 'log.test');
    formerly.entries.push(...log.entries);
    expect(await verdictOn(older(formerly.checkpoint(5), 5, formerly.verifier.vkey))).toBe('continued');

    const fork = new SmallLog(log.privateKey).add(null, 'alice', 'bob', 'bob', 'bob');
    expect(await verdictOn(older(fork.checkpoint()))).toBe('broken');
    const longer = new SmallLog(log.privateKey);
    longer.entries.push(...log.entries, log.entries[0]!);
    expect(await verdictOn(older(longer.checkpoint(), 9))).toBe('broken');
    expect(await verdictOn({ ...older(), proof: [] })).toBe('broken');
    expect(await verdictOn({ ...older(), proof: ['no hash'] })).toBe('broken');

    expect(await verdictOn(older(monday.replace('5', '6')))).toBe('unreadable');
    expect(await verdictOn(older(log.subjectNote('alice')))).toBe('unreadable');
    expect(await verdictOn(older('', 5, ''))).toBe('unreadable');
  });

  it('tells how far it is, and names its checkpoint before it is checked', async () => {
    const long = new SmallLog().add(...Array.from({ length: 2500 }, () => null));
    const exported = exportOf(long.whole());
    const seen: number[] = [];
    const task = { exported, vkey: long.verifier.vkey, subject: null, older: null };
    await checkExport(task, ({ entries, bytes }) => {
      seen.push(entries);
      expect(bytes).toBeLessThan(exported.size);
    });
    expect(seen).toEqual([1000, 2000]);
    expect(await checkpointIn(exported)).toBe(long.checkpoint());
    expect(await checkpointIn(new Blob(['{"seq":1}\n']))).toBeNull();
  });
});
