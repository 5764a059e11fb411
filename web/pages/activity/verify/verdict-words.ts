import type { Fault } from '../../../../src/audit/verify/entry-chain.js';
import { countOf } from '../../../parts/size.js';
import { momentOf } from '../../../parts/time.js';
import { sizeIn } from './checkpoint-size.js';
import { isOutdated, type Outcome } from './outcome.js';

/** What a check has found, as a person understands it. */
export interface Telling {
  readonly tone: 'good' | 'warn' | 'wrong';
  readonly title: string;
  /** What it means, a paragraph each. */
  readonly text: readonly string[];
  /** What to do. */
  readonly advice: readonly string[];
}

const entriesOf = (count: number) => countOf(count, 'entry', 'entries');

/** The worst thing first: something wrong, then something in doubt. */
export function tell(outcome: Outcome): Telling {
  const { report, key, before } = outcome;
  if (report.verdict === 'damaged') return ofFault(report.fault!, outcome);
  if (report.older === 'broken') return ofBreak(outcome);
  if (report.verdict === 'unclear')
    return {
      tone: 'warn',
      title: 'It could not be judged',
      text: [`The answer of the service is no export that this page can check: ${report.why}.`],
      advice: ['Check again. If it stays so, tell whoever runs the service.'],
    };
  if (isOutdated(outcome))
    return {
      tone: 'warn',
      title: 'The answer is an older one',
      text: [
        `What came fits together, but it has only the first ${entriesOf(report.logSize)} of the log, and this page shows entry ${outcome.scope.seen!}.`,
      ],
      advice: [
        'Check again. If it stays so, something between the service and this page keeps newer entries back: tell whoever runs the service.',
      ],
    };
  if (before !== null && before.vkey !== '' && before.vkey !== key.vkey) return ofKey(outcome);
  if (report.older === 'unreadable')
    return {
      tone: 'warn',
      title: `${entriesOf(report.entries)}, all whole`,
      text: [
        ...wholeText(outcome),
        'What this browser kept of the last check was changed, so nothing could be compared with it.',
      ],
      advice: ['Keep this check instead, for the next one.'],
    };
  return {
    tone: 'good',
    title: `${entriesOf(report.entries)}, all whole`,
    text: [...wholeText(outcome), sinceText(outcome)],
    advice: [],
  };
}

/** The number of entries of the last check, and when that was. */
export function lastCheck({ before }: Outcome): string {
  if (before === null) return 'none in this browser';
  const size = sizeIn(before.note);
  return size === null ? 'cannot be read' : `${momentOf(before.at)}, ${entriesOf(size)}`;
}

function wholeText({ report, scope }: Outcome): string[] {
  const { withheld, pruned, logSize } = report;
  const what =
    scope.subject === null
      ? 'Every entry of the log is there, in its place and unchanged.'
      : `Every entry of your trail is there, unchanged, and in the log of ${entriesOf(logSize)}. None was left out.`;
  const notes = [
    ...(pruned > 0 ? [`${entriesOf(pruned)} before them were removed because of their age.`] : []),
    ...(withheld > 0
      ? [
          `In ${entriesOf(withheld)} the personal values are not there, as after an erasure; what happened is proved nevertheless.`,
        ]
      : []),
  ];
  return [[what, ...notes].join(' ')];
}

function sinceText({ report, before }: Outcome): string {
  if (report.older !== 'continued' || before === null)
    return 'This is the first check in this browser. It is kept, so that the next one can show whether the log has only grown.';
  return `The log continues the one you checked on ${momentOf(before.at)}.`;
}

function ofFault(fault: Fault, outcome: Outcome): Telling {
  return {
    tone: 'wrong',
    title: fault.seq === null ? 'The trail is not whole' : `Entry ${fault.seq} is wrong`,
    text: [
      `${sentence(fault.reason)} ${meaningOf(fault)}`,
      ...(isBroken(outcome) ? [breakText(outcome)] : []),
    ],
    advice: [
      'Check again first: a transfer can go wrong.',
      'If it stays so, save the result and show it to whoever runs the service. There, “audit:check” tells whether the database itself was changed.',
    ],
  };
}

const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/^the checkpoint is not signed/, 'So it does not come from the log whose key is shown here.'],
  [
    /personal values|salt/,
    'Address, device or names beside the entry are not those that were recorded with it.',
  ],
  [
    /another user|another subject|is a selection|is everything|is the whole/,
    'So it is not the trail that was asked for.',
  ],
  [
    /missing|out of order|doubled|ends before|there are|begin at|pruned/,
    'Something was left out, moved, or put in twice.',
  ],
  [/not signed/, 'So nothing shows that it is complete.'],
];

function meaningOf({ seq, reason }: Fault): string {
  const known = MEANINGS.find(([pattern]) => pattern.test(reason))?.[1];
  if (known !== undefined) return known;
  return seq === null
    ? 'Something was changed after it was recorded.'
    : 'It was changed after it was recorded, or another one stands in its place.';
}

function isBroken({ report }: Outcome): boolean {
  return report.older === 'broken';
}

function breakText({ before, report }: Outcome): string {
  const size = sizeIn(before!.note) ?? 0;
  const then = `On ${momentOf(before!.at)} you checked a log of ${entriesOf(size)}.`;
  return report.logSize < size
    ? `${then} Now it has only ${entriesOf(report.logSize)}.`
    : `${then} The log of today does not begin with these.`;
}

function ofBreak(outcome: Outcome): Telling {
  return {
    tone: 'wrong',
    title: 'The log does not continue the one you checked',
    text: [
      breakText(outcome),
      'Entries were changed or removed since, or an older copy of the database was put back. What there is now fits together, but it is not the same log.',
    ],
    advice: [
      'Save the result: it has both signed checkpoints, and they contradict each other.',
      'Ask whoever runs the service. Forget the older checkpoint only when there is a good reason for it, such as a backup that was restored.',
    ],
  };
}

function ofKey(outcome: Outcome): Telling {
  const { before, report } = outcome;
  return {
    tone: 'warn',
    title: 'The log is signed with another key',
    text: [
      `The ${entriesOf(report.entries)} fit together${report.older === 'continued' ? ', and continue the log that you checked' : ''}. But on ${momentOf(before!.at)} the log was signed with another key. Whoever has changed it could also sign a log that never was.`,
    ],
    advice: [
      'Ask whoever runs the service, on another way than this page, whether the key was changed, and compare it.',
      'Only then trust the new key.',
    ],
  };
}

function sentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}
