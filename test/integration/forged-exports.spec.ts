import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { splitNote } from '../../src/audit/merkle/signed-note.js';
import { CompactRange } from '../../src/audit/merkle/compact-range.js';
import { leafHash } from '../../src/audit/merkle/hashing.js';
import { NoVerdict } from '../../src/audit/verify/export-verdict.js';
import { ExportVerifier } from '../../src/audit/verify/export-verifier.js';
import { edit, verifyLines, withRows } from '../support/export-lines.js';
import { SmallLog } from '../support/small-log.js';
import { cosign, cosignerVerifier, signCheckpoint } from '../../src/audit/merkle/signing.js';

const USERS = ['alice', 'bob', 'carol', 'nobody'];

/** The verdict of the command: the kind of what is proved, or the fault. */
function judge(log: SmallLog, lines: readonly string[]): string {
  try {
    const { fault, kind } = verifyLines(log, lines);
    return fault === null ? kind : 'tampered';
  } catch (error) {
    if (!(error instanceof NoVerdict)) throw error;
    return 'no verdict';
  }
}

/** All exports of the log on one day, for every number of entries that retention may have removed. */
function exportsOf(log: SmallLog): string[][] {
  return Array.from({ length: log.entries.length + 1 }, (_, pruned) => [
    log.whole(pruned),
    ...USERS.map((user) => log.ofSubject(user, pruned)),
  ]).flat();
}

/**
 * The lines of an export as one text. In an export of one user, only the presence of the pruned line is
 * compared: the last line says how many entries of the user are gone, and both true pruned lines of the same
 * tree are equally valid.
 */
function textOf(lines: readonly string[]): string {
  const isOfUser = lines.at(-1)?.includes('"subject_checkpoint":') === true;
  return lines.map((line) => (isOfUser && line.startsWith('{"pruned"') ? 'pruned' : line)).join('\n');
}

const log = new SmallLog().add(null, 'alice', 'bob', 'alice', null, 'carol', 'alice');
const monday = exportsOf(log);
const mondayWhole = log.whole();
const mondayAlice = log.ofSubject('alice');
log.add('bob', 'alice', 'bob');
const tuesday = exportsOf(log);
const genuine = [...monday, ...tuesday];
const whole = log.whole();
const alice = log.ofSubject('alice');

describe('exports of two days', () => {
  it('are whole when unchanged', () => {
    for (const lines of genuine) expect(['log', 'subject']).toContain(judge(log, lines));
    expect(verifyLines(log, log.ofSubject('nobody'))).toMatchObject({
      subject: 'nobody',
      rows: 0,
      pruned: 0,
    });
    // All of carol's entries are gone.
    expect(verifyLines(log, log.ofSubject('carol', 8))).toMatchObject({
      subject: 'carol',
      rows: 0,
      pruned: 1,
    });
    expect(judge(log, log.selection([]))).toBe('selection');
  });

  it('are not whole in any other combination of their lines', () => {
    const texts = new Set(genuine.map(textOf));
    const forged = new Set<string>();
    const tried = new Set<string>();
    const attempt = (lines: readonly string[]): void => {
      const counted = withRows(lines);
      const text = textOf(counted);
      if (texts.has(text) || tried.has(text)) return;
      tried.add(text);
      if (['log', 'subject'].includes(judge(log, counted))) forged.add(text);
    };
    const parts = { fronts: new Set<string>(), notes: new Set<string>(), checkpoints: new Set<string>() };
    for (const lines of genuine) {
      const { checkpoint, subject_checkpoint: note } = JSON.parse(lines.at(-1)!) as Record<string, string>;
      parts.checkpoints.add(checkpoint!);
      if (note !== undefined) parts.notes.add(note);
      if (lines[0]!.startsWith('{"pruned"')) parts.fronts.add(lines[0]!);
    }
    const trailers = [...parts.checkpoints].flatMap((checkpoint) => [
      JSON.stringify({ checkpoint, rows: 0 }),
      ...[...parts.notes].map((note) => JSON.stringify({ checkpoint, rows: 0, subject_checkpoint: note })),
    ]);
    for (const lines of genuine) {
      const hasFront = lines[0]!.startsWith('{"pruned"');
      const rows = lines.slice(hasFront ? 1 : 0, -1);
      const front = hasFront ? [lines[0]!] : [];
      // Each line left out, doubled, or moved to the end; each beginning and each end alone.
      lines.forEach((line, at) => {
        attempt(lines.toSpliced(at, 1));
        attempt(lines.toSpliced(at, 0, line));
        attempt([...lines.toSpliced(at, 1).slice(0, -1), line, lines.at(-1)!]);
        attempt([...lines, line]);
      });
      rows.forEach((_, at) => {
        attempt([...front, ...rows.slice(at), lines.at(-1)!]);
        attempt([...front, ...rows.slice(0, at), lines.at(-1)!]);
      });
      for (const other of parts.fronts) attempt([other, ...rows, lines.at(-1)!]);
      for (const trailer of trailers) {
        for (let cut = 0; cut <= rows.length; cut++) {
          attempt([...front, ...rows.slice(cut), trailer]);
          attempt([...front, ...rows.slice(0, rows.length - cut), trailer]);
        }
      }
    }
    expect([...forged].map((text) => text.slice(0, 2000))).toEqual([]);
    expect(tried.size).toBeGreaterThan(5000);
  });
});

describe('a cosigned checkpoint in an export', () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const witness = cosignerVerifier('witness.test', privateKey);
  const lineOf = (size: number) =>
    cosign(splitNote(log.checkpoint(size))!.text, 'witness.test', privateKey, 1000 + size);
  const withCosigned = (lines: readonly string[], ...cosigned: readonly object[]) => [
    ...lines.slice(0, -1),
    edit(lines.at(-1)!, (value) => ({ ...value, cosigned })),
  ];
  const exported = [whole, alice, log.whole(4), log.ofSubject('bob', 3)];

  it('says what the witness has seen, in every kind of export', () => {
    for (const lines of exported) {
      const cosigned = withCosigned(lines, log.cosigned(7, lineOf(7)), log.cosigned(3, lineOf(3)));
      const { fault, witnessed } = verifyLines(log, cosigned, undefined, [witness]);
      expect([fault, witnessed]).toEqual([null, [{ name: 'witness.test', size: 7, seconds: 1007 }]]);
      const newest = withCosigned(lines, log.cosigned(7, lineOf(7))).with(
        -1,
        edit(lines.at(-1)!, (value) => ({ ...value, checkpoint: `${log.checkpoint()}${lineOf(10)}` })),
      );
      expect(verifyLines(log, newest, undefined, [witness]).witnessed).toMatchObject([{ size: 10 }]);
    }
  });

  it('is refused when it is not of this log, not older, or not proved', () => {
    const fork = new SmallLog(log.privateKey).add(null, 'bob', 'bob', 'bob', null, 'bob', 'bob');
    const seven = log.cosigned(7, lineOf(7));
    for (const cosigned of [
      { ...seven, proof: [] },
      { ...seven, proof: log.cosigned(6).proof },
      { ...seven, proof: ['nonsense'] },
      { ...seven, note: fork.checkpoint(7) },
      { ...seven, note: log.checkpoint(6) },
      { ...seven, note: seven.note.replace('7', '6') },
      { ...seven, note: 'nonsense' },
      { note: log.checkpoint(), proof: [] },
    ])
      for (const lines of exported) expect(judge(log, withCosigned(lines, seven, cosigned))).toBe('tampered');
    expect(judge(log, withCosigned(whole, { ...seven, more: 1 }))).toBe('no verdict');
  });

  it('does not stand in for a witness that is demanded', () => {
    for (const cosigned of [[], [log.cosigned(7)], [log.cosigned(7, lineOf(6))]]) {
      const { fault } = verifyLines(log, withCosigned(whole, ...cosigned), undefined, [witness]);
      expect(fault?.reason).toContain('has cosigned no checkpoint');
    }
  });
});

describe('an export', () => {
  it('cannot omit the newest entries with an earlier signed note about the subject', () => {
    const { subject_checkpoint: before } = JSON.parse(mondayAlice.at(-1)!) as Record<string, string>;
    const dropped = [
      ...alice.slice(0, -2),
      edit(alice.at(-1)!, (value) => ({ ...value, subject_checkpoint: before })),
    ];
    expect(judge(log, withRows(dropped))).toBe('tampered');
  });

  it('cannot omit the front with an unsigned pruned line', () => {
    const hashesOf = (lines: readonly string[], size: number) => {
      const range = new CompactRange();
      for (const line of lines.slice(0, size))
        range.append(leafHash((JSON.parse(line) as { entry: string }).entry));
      return [range.root().toString('base64')];
    };
    for (const size of [1, 2, 4, 8]) {
      const hashes = hashesOf(whole, size);
      const note = (JSON.parse(log.prunedLine(size, 7)) as { pruned: { note: string } }).pruned.note;
      for (const invented of [
        { pruned: { size, hashes } },
        { pruned: { size, hashes, note: '' } },
        { pruned: { size, hashes, note } },
        { pruned: { size, hashes, note: new SmallLog().sign(`log.test/pruned\n${size}\n`) } },
        { pruned: { size, hashes, note: log.checkpoint() } },
        { pruned: { size, hashes, note: log.subjectNote('alice') } },
      ]) {
        const forged = withRows([JSON.stringify(invented), ...whole.slice(size)]);
        expect(judge(log, forged)).toBe('note' in invented.pruned ? 'tampered' : 'no verdict');
      }
    }
  });

  it('cannot claim without a signature that everything is pruned', () => {
    const all = (JSON.parse(log.prunedLine(10)) as { pruned: { hashes: string[] } }).pruned;
    for (const pruned of [
      { size: 10, hashes: all.hashes, note: log.checkpoint() },
      { ...all, note: '' },
    ]) {
      expect(judge(log, withRows([JSON.stringify({ pruned }), whole.at(-1)!]))).toBe('tampered');
    }
  });

  it('is a selection without the signed note about the subject', () => {
    const { checkpoint, rows } = JSON.parse(alice.at(-1)!) as Record<string, unknown>;
    expect(judge(log, [...alice.slice(0, -1), JSON.stringify({ checkpoint, rows })])).toBe('selection');
    const pruned = log.ofSubject('alice', 4);
    expect(judge(log, [...pruned.slice(0, -1), JSON.stringify({ checkpoint, rows: 2 })])).toBe('tampered');
    expect(judge(log, [log.prunedLine(2), ...log.selection([3, 5])])).toBe('tampered');
  });

  it('is not valid for another subject or another log', () => {
    const other = new SmallLog(log.privateKey, 'other.test').add(
      ...log.entries.map(({ subject }) => subject),
    );
    expect(judge(log, other.whole())).toBe('tampered');
    const renamed = log.sign(`other.test\n10\n${log.root().toString('base64')}\n`);
    expect(judge(log, [...whole.slice(0, -1), JSON.stringify({ checkpoint: renamed, rows: 10 })])).toBe(
      'tampered',
    );
    const note = (origin: string, subject: string, kept = 0) =>
      log.sign(
        `${origin}/subject/${subject}\n4\n${leafHash(log.entries[8]!.entry).toString('base64')}\ntree 10 ${log.root().toString('base64')}\nkept ${kept}\n`,
      );
    const as = (subject: string) => [
      ...alice.slice(0, -1),
      edit(alice.at(-1)!, (value) => ({ ...value, subject_checkpoint: subject })),
    ];
    expect(judge(log, as(note('log.test', 'alice')))).toBe('subject');
    for (const subject of [
      note('log.test', 'bob'),
      note('other.test', 'alice'),
      note('log.test', 'subject/alice'),
      note('log.test', ''),
      note('log.test', 'alice\n4'),
      note('log.test', 'alice', 1),
      note('log.test', 'alice', 5),
      note('log.test', 'alice').replace('kept 0', 'kept 00'),
      log.checkpoint(),
    ]) {
      expect(judge(log, as(subject))).toBe('tampered');
    }
  });

  it('gives no verdict in the older format', () => {
    const unbound = signCheckpoint(
      { origin: 'log.test/subject/alice', size: 4, root: leafHash(log.entries[8]!.entry) },
      'log.test',
      log.privateKey,
    );
    const old = edit(alice.at(-1)!, (value) => ({ ...value, subject_checkpoint: unbound }));
    expect(judge(log, [...alice.slice(0, -1), old])).toBe('no verdict');
    const { pruned } = JSON.parse(log.prunedLine(4)) as { pruned: Record<string, unknown> };
    const front = JSON.stringify({ pruned: { size: pruned.size, hashes: pruned.hashes } });
    expect(judge(log, withRows([front, ...whole.slice(4)]))).toBe('no verdict');
  });

  it('must have every member once and in its order', () => {
    const trailer = whole.at(-1)!;
    const row = whole[3]!;
    const reordered = edit(row, ({ seq, entry, private: secret }) => ({ entry, seq, private: secret }));
    for (const lines of [
      whole.with(3, row.replace('{"seq":3', '{"seq":3,"seq":3')),
      whole.with(3, reordered),
      whole.with(3, row.replace('{"seq":3', '{"seq":3.0')),
      whole.with(3, row.replace('{"seq":3', '{"seq":1e999')),
      whole.with(3, `${row.slice(0, -1)},"__proto__":{}}`),
      whole.with(3, `${row} `),
      whole.with(-1, trailer.replace('"rows":10', '"rows":10,"rows":10')),
      whole.with(-1, trailer.replace('}', ',"subject_checkpoint":null}')),
      whole.with(0, log.prunedLine(4).replace('"size":4', '"size":9007199254740993')),
      [log.prunedLine(4), log.prunedLine(4), ...whole.slice(4)],
      [whole[0]!, log.prunedLine(1), ...whole.slice(1)],
      [...whole.slice(0, -1), log.prunedLine(10), trailer],
    ]) {
      expect(['tampered', 'no verdict']).toContain(judge(log, lines));
    }
  });

  it('must have exactly the characters that were hashed', () => {
    const marked = new SmallLog().add(null, '\ufffd');
    const lines = marked.whole();
    expect(judge(marked, lines)).toBe('log');
    for (const other of ['\\ud800', '\\udfff']) {
      expect(judge(marked, lines.with(1, lines[1]!.replaceAll('\ufffd', other)))).toBe('tampered');
    }
  });

  it('is refused quickly when it is made to be expensive', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const secret = `{"salt":"${Buffer.alloc(16).toString('base64')}","values":{"x":${deep}}}`;
    const row = whole[3]!.replace(/"private":.*$/, `"private":${secret}}`);
    expect(judge(log, whole.with(3, row))).toBe('tampered');
    const signature = log.checkpoint().split('\n').at(-2)!;
    const cosigned = (times: number) => {
      const note = log.checkpoint() + `${signature.replace('log.test', 'else.test')}\n`.repeat(times);
      return whole.with(-1, JSON.stringify({ checkpoint: note, rows: 10 }));
    };
    expect(judge(log, cosigned(99))).toBe('log');
    expect(judge(log, cosigned(5000))).toBe('tampered');
    const proof = Array.from({ length: 20_000 }, () => log.root().toString('base64'));
    expect(
      judge(
        log,
        alice.with(
          1,
          edit(alice[1]!, (value) => ({ ...value, proof })),
        ),
      ),
    ).toBe('tampered');
  });

  it.each<[string, readonly string[], number, string]>([
    ['after a line that is none', whole.toSpliced(3, 0, ''), 4, 'tampered'],
    [
      'after the line that follows the checkpoint',
      [...whole, '', whole.at(-1)!],
      whole.length + 1,
      'tampered',
    ],
    [
      'from the start, when the checkpoint is of another key',
      new SmallLog().add('eve').whole(),
      0,
      'tampered',
    ],
    ['after a checkpoint that is not the last line', [...whole, ''], whole.length, 'tampered'],
  ])('are read no further %s', (_, lines, read, verdict) => {
    const bytes = [...lines, ...Array<string>(5).fill('')].map((line) => Buffer.from(line));
    const last = Buffer.from(lines.at(-1)!);
    const verification = new ExportVerifier(last, log.verifier, null);
    let taken = 0;
    for (const line of bytes) {
      if (verification.settled) break;
      verification.take(line);
      taken++;
    }
    expect(taken).toBe(read);
    expect(verification.finish().fault === null ? 'whole' : 'tampered').toBe(verdict);
  });

  it.each(['', 'x', '{"checkpoint":', '{}', '[1]'])(
    'without a checkpoint at their end are read no further after %j, which no export has',
    (line) => {
      const verification = new ExportVerifier(Buffer.from(''), log.verifier, null);
      verification.take(Buffer.from(whole[0]!));
      expect(verification.settled).toBe(false);
      verification.take(Buffer.from(line));
      expect(verification.settled).toBe(true);
      expect(() => verification.finish()).toThrow('the last line holds no checkpoint');
    },
  );

  it('of yesterday is whole for yesterday, but does not continue a checkpoint of today', () => {
    expect(judge(log, mondayWhole)).toBe('log');
    expect(verifyLines(log, mondayWhole, log.checkpoint()).fault?.reason).toContain('had 10 entries');
    expect(verifyLines(log, mondayAlice, log.checkpoint()).fault?.reason).toContain('had 10 entries');
    const forked = new SmallLog(log.privateKey).add(...Array.from({ length: 10 }, () => 'mallory'));
    expect(verifyLines(log, alice, forked.checkpoint()).fault?.reason).toContain('older one');
  });
});
