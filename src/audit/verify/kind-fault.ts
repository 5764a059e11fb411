import type { Fault } from './entry-chain.js';
import type { ExportKind, Verdict } from './export-verdict.js';

const NAMES: Readonly<Record<ExportKind, string>> = {
  log: 'the whole log',
  subject: 'everything of one user',
  selection: 'a selection',
};

/** The fault of an export that is proved but of another kind than expected. Null when it is of that kind. */
export function kindFault({ kind }: Verdict, expected: ExportKind | undefined): Fault | null {
  if (expected === undefined || kind === expected) return null;
  return { seq: null, reason: `the export is ${NAMES[kind]} and not ${NAMES[expected]}` };
}
